"""The tables of the quarantine, and what is asked of them."""

VERSION = 2
"""1: no column `broker`. Neither had its number in the file, until 2 was given it."""
SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    received INTEGER NOT NULL,
    topic TEXT NOT NULL,
    retained INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    payload BLOB NOT NULL,
    broker TEXT NOT NULL DEFAULT '',
    UNIQUE (seq, received)
);
CREATE INDEX IF NOT EXISTS message_received ON message (received);
CREATE TABLE IF NOT EXISTS refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES message,
    item INTEGER NOT NULL,
    reason TEXT NOT NULL,
    device TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (message, item, reason)
);
CREATE TRIGGER IF NOT EXISTS message_without_refusal AFTER DELETE ON refusal
WHEN NOT EXISTS (SELECT 1 FROM refusal WHERE message = OLD.message)
BEGIN
    DELETE FROM message WHERE id = OLD.message;
END;
CREATE VIEW IF NOT EXISTS refused AS
SELECT refusal.id AS id, received, topic, device, reason, detail, payload, size, sha256, seq, item, retained, broker
FROM refusal JOIN message ON message.id = refusal.message;
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO fact VALUES ('dropped', 0) ON CONFLICT DO NOTHING;
PRAGMA user_version = {VERSION};
COMMIT;
"""  # noqa: S608  -- a number of ours
"""The seq of a message is never given to another one, but a journal that was removed begins again at 1: hence the time.

An item can be refused twice, some of its values by us and the others by the store: hence the reason.
"""

MATCHING = """
SELECT * FROM refused
WHERE (:reason IS NULL OR reason = :reason) AND (:device IS NULL OR device = :device)
  AND (:since IS NULL OR received >= :since) AND (:until IS NULL OR received < :until)
  AND (:after IS NULL OR id < :after)
  AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
ORDER BY id DESC LIMIT :limit OFFSET :offset
"""
COUNT = """
SELECT reason, count(*) FROM refusal WHERE :device IS NULL OR device = :device GROUP BY reason ORDER BY reason
"""
ADD_MESSAGE = """
INSERT INTO message (seq, received, topic, retained, size, sha256, payload, broker) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (seq, received) DO NOTHING
"""
ADD_REFUSAL = """
INSERT INTO refusal (message, item, reason, device, detail)
SELECT id, ?, ?, ?, ? FROM message WHERE seq = ? AND received = ?
ON CONFLICT (message, item, reason) DO NOTHING
"""
PURGE = """
DELETE FROM refusal
WHERE (:reason IS NULL OR reason = :reason) AND (:device IS NULL OR device = :device)
  AND (:before IS NULL OR message IN (SELECT id FROM message WHERE received < :before))
"""
