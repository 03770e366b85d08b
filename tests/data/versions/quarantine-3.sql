BEGIN TRANSACTION;
CREATE TABLE bucket (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
INSERT INTO "bucket" VALUES('?3',447);
INSERT INTO "bucket" VALUES('y',466);
CREATE TABLE cut (
    bucket TEXT NOT NULL, reason TEXT NOT NULL, refusals INTEGER NOT NULL, PRIMARY KEY (bucket, reason)
);
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
    bucket TEXT NOT NULL DEFAULT '',
    UNIQUE (seq, received)
);
INSERT INTO "message" VALUES(1,7,1795435200000,'vigiterre/road/x/up',0,2,'e2da7787d8252df7b19ca247c901d29c6c1de28b2694f23202a198b2515d7382',X'7BFF','voisin','?3');
INSERT INTO "message" VALUES(2,8,1795435200001,'vigiterre/road/y/up',1,24,'8a5b768c8774754c1e1e6455e6212817a2b6a27be5732869af343a4fda68f389',X'7B2276616C756573223A207B22636F32223A203165397D7D','','y');
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
CREATE INDEX message_bucket ON message (bucket, received);
CREATE TRIGGER message_comes AFTER INSERT ON message
BEGIN
    INSERT INTO bucket SELECT NEW.bucket, 0 WHERE NOT EXISTS (SELECT 1 FROM bucket WHERE name = NEW.bucket);
    UPDATE bucket SET bytes = bytes + length(NEW.payload) + length(NEW.topic) + 300 WHERE name = NEW.bucket;
END;
CREATE TRIGGER message_goes AFTER DELETE ON message
BEGIN
    UPDATE bucket SET bytes = bytes - (length(OLD.payload) + length(OLD.topic) + 300) WHERE name = OLD.bucket;
END;
CREATE TRIGGER refusal_comes AFTER INSERT ON refusal
BEGIN
    UPDATE bucket SET bytes = bytes + length(NEW.detail) + 120
    WHERE name = (SELECT bucket FROM message WHERE id = NEW.message);
END;
CREATE TRIGGER refusal_goes BEFORE DELETE ON refusal
BEGIN
    UPDATE bucket SET bytes = bytes - (length(OLD.detail) + 120)
    WHERE name = (SELECT bucket FROM message WHERE id = OLD.message);
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('refusal',2);
COMMIT;
PRAGMA user_version = 3;
