BEGIN TRANSACTION;
CREATE TABLE accounts (
  name TEXT PRIMARY KEY, kind TEXT NOT NULL, hash TEXT NOT NULL,
  created INTEGER NOT NULL, changed INTEGER NOT NULL, revoked INTEGER, sources TEXT NOT NULL, downlinks TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "accounts" VALUES('co2-01','device','$7$101$4ZzfjjZRxi8qn7zk$Fp8rBzB3rJdC1JV8uvprLbRnWdRBZO/VSqwZTYq4Wr9Wl/z1eHMqOVZuu56Daaqz4F72Mlud8d3+yDGgpK8dTw==',1795435200000,1795435200000,NULL,'','');
INSERT INTO "accounts" VALUES('chirpstack','bridge','',1795435200000,1795435200001,1795435200001,'chirpstack loriot','application/+/device/+/command/down');
COMMIT;
PRAGMA user_version = 1;
