BEGIN TRANSACTION;
CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO "fact" VALUES('dropped',0);
CREATE TABLE message (
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
INSERT INTO "message" VALUES(1,7,1795435200000,'vigiterre/road/x/up',0,2,'e2da7787d8252df7b19ca247c901d29c6c1de28b2694f23202a198b2515d7382',X'7BFF','voisin');
INSERT INTO "message" VALUES(2,8,1795435200001,'vigiterre/road/y/up',1,24,'8a5b768c8774754c1e1e6455e6212817a2b6a27be5732869af343a4fda68f389',X'7B2276616C756573223A207B22636F32223A203165397D7D','');
CREATE TABLE refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES message,
    item INTEGER NOT NULL,
    reason TEXT NOT NULL,
    device TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (message, item, reason)
);
INSERT INTO "refusal" VALUES(1,1,-1,'undecodable','x','détail');
INSERT INTO "refusal" VALUES(2,2,0,'out_of_range','y','1e9');
CREATE INDEX message_received ON message (received);
CREATE TRIGGER message_without_refusal AFTER DELETE ON refusal
WHEN NOT EXISTS (SELECT 1 FROM refusal WHERE message = OLD.message)
BEGIN
    DELETE FROM message WHERE id = OLD.message;
END;
CREATE VIEW refused AS
SELECT refusal.id AS id, received, topic, device, reason, detail, payload, size, sha256, seq, item, retained, broker
FROM refusal JOIN message ON message.id = refusal.message;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('refusal',2);
COMMIT;
PRAGMA user_version = 0;
