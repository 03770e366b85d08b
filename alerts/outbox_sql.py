"""The table of the outbox, and what is asked of it."""

SCHEMA = """
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    alert INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ends INTEGER NOT NULL,
    channel TEXT NOT NULL,
    level INTEGER NOT NULL,
    grp TEXT NOT NULL,
    made INTEGER NOT NULL,
    due INTEGER NOT NULL,
    notice TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_waiting ON outbox (channel, level DESC, id) WHERE outcome = '';
CREATE INDEX outbox_sent ON outbox (channel, done) WHERE outcome = 'sent';
CREATE INDEX outbox_alert ON outbox (alert, channel);
CREATE INDEX outbox_notice ON outbox (notice) WHERE notice != ''
"""
INSERT = (
    "INSERT INTO outbox (alert, kind, ends, channel, level, grp, made, due, outcome, done)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PENDING = """
SELECT id, alert, kind, level, grp, made, due, notice, tries FROM outbox
WHERE outcome = '' AND alert = ? AND channel = ? ORDER BY id
"""
"""What of an alert waits on a channel."""
NEXT = """
SELECT id, alert, kind, level, grp, made, due, notice, tries FROM outbox AS o
WHERE outcome = '' AND channel = ? AND NOT (
    o.ends AND EXISTS (
        SELECT 1 FROM outbox AS n
        WHERE n.alert = o.alert AND n.channel = o.channel AND n.outcome = '' AND NOT n.ends AND n.id < o.id
    )
)
ORDER BY level DESC, id LIMIT ?
"""
"""What waits on a channel. The end of an alert is not told before its beginning, however often that must be tried."""
SENT_SINCE = """
SELECT notice, grp, ends, max(level), max(done) FROM outbox
WHERE outcome = 'sent' AND channel = ? AND done > ? GROUP BY notice, grp, ends
"""
TOLD = """
SELECT DISTINCT channel FROM outbox AS o
WHERE alert = ? AND NOT ends AND outcome != 'superseded' AND id > coalesce((
    SELECT max(id) FROM outbox AS e
    WHERE e.alert = o.alert AND e.channel = o.channel AND e.ends AND e.outcome != 'superseded'
), 0)
ORDER BY channel
"""
"""The channels that were told of this opening of an alert, or will be."""
HEARD = """
SELECT 1 FROM outbox
WHERE alert = ?1 AND channel = ?2 AND NOT ends AND outcome IN ('sent', 'given_up') AND id > coalesce((
    SELECT max(id) FROM outbox WHERE alert = ?1 AND channel = ?2 AND ends AND outcome != 'superseded'
), 0)
LIMIT 1
"""
"""Whether this channel was told of it."""
ASSIGN = "UPDATE outbox SET notice = ? WHERE id = ? AND outcome = ''"
CONFIRM = "UPDATE outbox SET tries = tries + 1, error = '', outcome = 'sent', done = ? WHERE id = ? AND outcome = ''"
RETRY = "UPDATE outbox SET tries = tries + 1, error = ?, due = ? WHERE id = ? AND outcome = ''"
POSTPONE = """
UPDATE outbox SET due = ?, notice = CASE tries WHEN 0 THEN '' ELSE notice END WHERE id = ? AND outcome = ''
"""
"""What was never tried leaves its notice, which goes without it and must not go again with something else in it."""
CLOSE = "UPDATE outbox SET outcome = ?, done = ? WHERE id = ? AND outcome = ''"
OLD = "SELECT id, channel FROM outbox WHERE outcome = '' AND made <= ?"
FORGET = """
DELETE FROM outbox AS o WHERE outcome != '' AND done < ? AND (
    outcome = 'superseded' OR ends OR alert = 0
    OR EXISTS (
        SELECT 1 FROM outbox AS e
        WHERE e.alert = o.alert AND e.channel = o.channel AND e.ends AND e.outcome != 'superseded' AND e.id > o.id
    )
)
"""
"""Who was told of an alert is kept until they were told of its end."""
ALERTS_OF = "SELECT alert FROM outbox WHERE notice = ? AND notice != '' AND alert != 0 GROUP BY alert ORDER BY min(id)"
"""`notice != ''` lets SQLite use the index."""
WAITING_COUNT = "SELECT channel, count(*) FROM outbox WHERE outcome = '' GROUP BY channel"
GIVEN_UP_COUNT = "SELECT channel, count(*) FROM outbox WHERE outcome = 'given_up' AND done >= ? GROUP BY channel"
FAILING = """
SELECT channel, sum(outcome = ''), sum(outcome = 'given_up'), error, max(id) FROM outbox
WHERE (outcome = '' AND tries >= ?) OR (outcome = 'given_up' AND done >= ?)
GROUP BY channel ORDER BY channel
"""
"""`error` is that of the row with the highest id: SQLite takes bare columns from the row of max()."""
LAST_TEST = "SELECT coalesce(max(made), 0) FROM outbox WHERE kind = 'test'"
LINES = """
SELECT id, alert, kind, channel, level, made, due, notice, tries, error, outcome, done FROM outbox
WHERE (?1 IS NULL OR alert = ?1) AND made >= ?2 ORDER BY id DESC LIMIT ?3
"""
