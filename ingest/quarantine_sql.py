"""The tables of the quarantine, and what is asked of them."""

VERSION = 3
"""1: no column `broker`. Neither had its number in the file, until 2 was given it. 3: what each device holds."""
MESSAGE_COST, REFUSAL_COST = 300, 120
"""Bytes on disk of a message besides its payload and topic, and of a refusal besides its detail, roughly."""
_MESSAGE_BYTES = f"length({{0}}.payload) + length({{0}}.topic) + {MESSAGE_COST}"
_REFUSAL_BYTES = f"length({{0}}.detail) + {REFUSAL_COST}"
BUCKETS = f"""
CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS cut (
    bucket TEXT NOT NULL, reason TEXT NOT NULL, refusals INTEGER NOT NULL, PRIMARY KEY (bucket, reason)
);
CREATE INDEX IF NOT EXISTS message_bucket ON message (bucket, received);
CREATE TRIGGER IF NOT EXISTS message_comes AFTER INSERT ON message
BEGIN
    INSERT INTO bucket SELECT NEW.bucket, 0 WHERE NOT EXISTS (SELECT 1 FROM bucket WHERE name = NEW.bucket);
    UPDATE bucket SET bytes = bytes + {_MESSAGE_BYTES.format("NEW")} WHERE name = NEW.bucket;
END;
CREATE TRIGGER IF NOT EXISTS message_goes AFTER DELETE ON message
BEGIN
    UPDATE bucket SET bytes = bytes - ({_MESSAGE_BYTES.format("OLD")}) WHERE name = OLD.bucket;
END;
CREATE TRIGGER IF NOT EXISTS refusal_comes AFTER INSERT ON refusal
BEGIN
    UPDATE bucket SET bytes = bytes + {_REFUSAL_BYTES.format("NEW")}
    WHERE name = (SELECT bucket FROM message WHERE id = NEW.message);
END;
CREATE TRIGGER IF NOT EXISTS refusal_goes BEFORE DELETE ON refusal
BEGIN
    UPDATE bucket SET bytes = bytes - ({_REFUSAL_BYTES.format("OLD")})
    WHERE name = (SELECT bucket FROM message WHERE id = OLD.message);
END;
"""  # noqa: S608  -- numbers of ours
"""Bucket -> what it holds, and what was cut of it so that it holds no more than its share, by reason."""
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
    bucket TEXT NOT NULL DEFAULT '',
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
{BUCKETS}
PRAGMA user_version = {VERSION};
COMMIT;
"""  # noqa: S608  -- numbers of ours
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
COUNT_AMONG = """
WITH stay (device, start, until) AS MATERIALIZED (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)
)
SELECT reason, count(*) FROM refused CROSS JOIN stay ON stay.device = refused.device
WHERE received >= start AND received < until GROUP BY reason ORDER BY reason
"""
BY_DEVICE = """
SELECT device, count(*) FROM refused WHERE reason = ? AND received >= ?
GROUP BY device ORDER BY count(*) DESC, device LIMIT ?
"""
ADD_MESSAGE = """
INSERT INTO message (seq, received, topic, retained, size, sha256, payload, broker, bucket)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
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
ADD_BROKER = """
BEGIN IMMEDIATE;
DROP VIEW refused;
ALTER TABLE message ADD COLUMN broker TEXT NOT NULL DEFAULT '';
COMMIT;
"""
ADD_BUCKET = f"""
BEGIN IMMEDIATE;
ALTER TABLE message ADD COLUMN bucket TEXT NOT NULL DEFAULT '';
CREATE TABLE bucket (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
INSERT INTO bucket SELECT '',
    (SELECT ifnull(sum({_MESSAGE_BYTES.format("message")}), 0) FROM message)
  + (SELECT ifnull(sum({_REFUSAL_BYTES.format("refusal")}), 0) FROM refusal);
COMMIT;
"""  # noqa: S608  -- numbers of ours
"""What was kept before there were buckets is in one of its own, which has no share and grows old."""
OLDEST = """
SELECT id, length(payload) FROM message
WHERE bucket IN (SELECT name FROM bucket WHERE bytes >= (SELECT avg(bytes) FROM bucket WHERE bytes > 0))
ORDER BY received, id LIMIT ?
"""
"""Of those who hold more than others do: who holds little loses nothing to them."""
OLDEST_OF = "SELECT id, length(payload) FROM message WHERE bucket = ? ORDER BY received, id LIMIT ?"
HELD = "SELECT bytes FROM bucket WHERE name = ?"
DROP = "DELETE FROM refusal WHERE message IN (SELECT value FROM json_each(?))"
NOTE_CUT = """
INSERT INTO cut (bucket, reason, refusals)
SELECT bucket, reason, count(*) FROM refusal JOIN message ON message.id = refusal.message
WHERE message.id IN (SELECT value FROM json_each(?)) GROUP BY bucket, reason
ON CONFLICT (bucket, reason) DO UPDATE SET refusals = refusals + excluded.refusals
"""
CUT = "SELECT bucket, reason, refusals FROM cut ORDER BY refusals DESC, bucket, reason"
