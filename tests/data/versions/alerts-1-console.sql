BEGIN TRANSACTION;
CREATE TABLE alerts ("id" PRIMARY KEY, "rule", "domain", "device", "model", "site", "commune", "level", "peak", "opened", "raised", "resolved", "quantity", "value", "threshold", "seen", "detail", "found", "ended", "live", "late", "withdrawn", "reopened", "acknowledged", "acknowledged_by", "comment", "noticed", "noticed_level", "steps", "reminded", "closed");
INSERT INTO "alerts" VALUES(1,'co2_high','building','co2-01','em300','ecole','03190',3,3,1795435200000,1795435140000,NULL,'co2',1800.5,1500.0,0,'',0,0,1,0,0,0,0,'','',1795435200005,0,0,0,0);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "facts" VALUES('done',42);
INSERT INTO "facts" VALUES('sampled',40);
CREATE TABLE heard (device TEXT PRIMARY KEY, received INTEGER NOT NULL, known INTEGER NOT NULL, newest INTEGER NOT NULL)
  WITHOUT ROWID;
INSERT INTO "heard" VALUES('co2-01',1795435200000,1795435200000,1795435200000);
CREATE TABLE links (
    nonce TEXT PRIMARY KEY,
    used INTEGER NOT NULL
) WITHOUT ROWID

;
CREATE TABLE mutes (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, selector TEXT NOT NULL, rules TEXT NOT NULL,
  "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, who TEXT NOT NULL, comment TEXT NOT NULL, created INTEGER NOT NULL
);
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
INSERT INTO "outbox" VALUES(1,1,'fired',0,'garde',3,'g',1795435200000,1795435200000,'n1',0,'','',0);
CREATE TABLE samples (device TEXT, quantity TEXT, times BLOB NOT NULL, amounts BLOB NOT NULL,
  PRIMARY KEY (device, quantity)) WITHOUT ROWID;
INSERT INTO "samples" VALUES('co2-01','co2',X'0102',X'03');
CREATE TABLE transitions (
  id INTEGER PRIMARY KEY, alert INTEGER NOT NULL, time INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL,
  level INTEGER NOT NULL, value REAL, detail TEXT NOT NULL
);
INSERT INTO "transitions" VALUES(1,1,1795435200000,1795435200003,'fired',3,1800.5,'');
CREATE TABLE watches (rule TEXT, device TEXT, state TEXT NOT NULL, PRIMARY KEY (rule, device)) WITHOUT ROWID;
INSERT INTO "watches" VALUES('co2_high','co2-01','{"a": 1}');
CREATE INDEX alerts_unfinished ON alerts (closed) WHERE NOT closed;
CREATE INDEX alerts_opened ON alerts (opened);
CREATE INDEX transitions_of_alert ON transitions (alert);
CREATE INDEX outbox_waiting ON outbox (channel, level DESC, id) WHERE outcome = '';
CREATE INDEX outbox_sent ON outbox (channel, done) WHERE outcome = 'sent';
CREATE INDEX outbox_alert ON outbox (alert, channel);
CREATE INDEX outbox_notice ON outbox (notice) WHERE notice != ''
;
COMMIT;
PRAGMA user_version = 1;
