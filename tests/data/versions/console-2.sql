BEGIN TRANSACTION;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL,
  target TEXT NOT NULL, outcome TEXT NOT NULL, ends INTEGER NOT NULL, hash TEXT NOT NULL
);
INSERT INTO "audit" VALUES(1,1795435200000,'Agnès','127.0.0.1','/alerts/1/acknowledge','comment=vu','begun',0,'c0612c28ddbcf827da84257aa77835c0719ef3c72f6b0a9a26a5ef2d9d9a88d9');
INSERT INTO "audit" VALUES(2,1795435200005,'','','','','done',1,'01b6703d80efa509c18b1ef3fd0dbdd03c3e244cca7d95502acdf74a14e7643f');
INSERT INTO "audit" VALUES(3,1795435200009,'root','shell','tokens add','tableur role=viewer domain=road','done',0,'175a37726bc2a88c21c44130cab287feb5fc4de946e9dd1c802b715184dd1397');
CREATE TABLE audit_anchor (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT INTO "audit_anchor" VALUES(1,0,'0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY, "user" TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL,
  address TEXT NOT NULL DEFAULT '', browser TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
INSERT INTO "sessions" VALUES('0f2a','agnès',1795435200000,1795435200000,'192.0.2.7','Firefox, Linux');
CREATE TABLE shares (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE, commune TEXT NOT NULL, whom TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
);
CREATE TABLE tokens (
  name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER, scope TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
INSERT INTO "tokens" VALUES('tableur','9bd1','viewer',1795435200000,3590870400000,NULL,'{"domains": ["road"]}');
CREATE TABLE users (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,
  created INTEGER NOT NULL, signed_in INTEGER
) WITHOUT ROWID;
INSERT INTO "users" VALUES('agnès','Agnès','technician','$argon2id$none',1795435200000,NULL);
CREATE INDEX sessions_of_user ON sessions ("user");
CREATE INDEX audit_by_time ON audit (time);
CREATE INDEX audit_by_end ON audit (ends) WHERE ends > 0;
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.id IS NOT 1 + coalesce((SELECT max(id) FROM audit), (SELECT id FROM audit_anchor))
BEGIN SELECT RAISE(ABORT, 'the audit log grows at its end alone'); END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'lines of the audit log are not changed'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit WHEN OLD.id > (SELECT id FROM audit_anchor)
BEGIN SELECT RAISE(ABORT, 'the audit log is dropped up to its anchor alone'); END;
CREATE TRIGGER audit_has_one_anchor BEFORE INSERT ON audit_anchor
BEGIN SELECT RAISE(ABORT, 'the audit log has one anchor'); END;
CREATE TRIGGER audit_anchor_goes_on BEFORE UPDATE ON audit_anchor
WHEN NOT EXISTS (SELECT 1 FROM audit WHERE id = NEW.id AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the anchor of the audit log is a line of it'); END;
CREATE TRIGGER audit_anchor_stays BEFORE DELETE ON audit_anchor
BEGIN SELECT RAISE(ABORT, 'the audit log keeps its anchor'); END;
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA user_version = 2;
