BEGIN TRANSACTION;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL,
  action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL
);
INSERT INTO "audit" VALUES(1,1795435200000,'Agnès','127.0.0.1','user_added','agnes','done');
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY, "user" TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE shares (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE, commune TEXT NOT NULL, whom TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
);
CREATE TABLE tokens (
  name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
) WITHOUT ROWID;
CREATE TABLE users (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,
  created INTEGER NOT NULL, signed_in INTEGER
) WITHOUT ROWID;
INSERT INTO "users" VALUES('agnes','Agnès','technician','$argon2id$none',1795435200000,NULL);
CREATE INDEX sessions_of_user ON sessions ("user");
CREATE INDEX audit_by_time ON audit (time);
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA user_version = 1;
