#!/bin/sh
# Makes the databases here. Words like ACCOUNT00001 become account IDs in the test.
set -e
cd "$(dirname "$0")"
rm -f sample.db utf16.db
sqlite3 sample.db > /dev/null <<'SQL'
PRAGMA page_size = 512;
PRAGMA secure_delete = OFF;
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, -- the row's own
  "account name" TEXT DEFAULT 'ACCOUNT00001',
  number INTEGER, ratio REAL, CHECK (number > 0)
);
INSERT INTO accounts VALUES (1, 'prod ACCOUNT00002', 123456789012, 0.5), (123456789012, 'key', 7, NULL), (12, 'long ' || printf('%.2000c', 'x') || ' ACCOUNT00003', 8, 123456789012.0);
WITH RECURSIVE n(i) AS (VALUES (100) UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO accounts SELECT i, 'many ' || i, i, NULL FROM n;
UPDATE accounts SET "account name" = 'last ACCOUNT00004' WHERE id = 400;
CREATE TABLE pairs (value TEXT, [the key] TEXT, PRIMARY KEY ([the key])) WITHOUT ROWID;
INSERT INTO pairs VALUES ('ACCOUNT00005', 'external id'), ('b', 'other');
CREATE INDEX by_name ON accounts ("account name");
CREATE TABLE blobs (data BLOB, note BLOB);
INSERT INTO blobs VALUES (CAST('BOX ACCOUNT00006' AS BLOB), CAST('text ACCOUNT00007' AS BLOB)), (x'0001020372756e73204143434f554e54303030303800ff', NULL);
CREATE VIEW prod AS SELECT * FROM accounts WHERE "account name" LIKE '%ACCOUNT00009%';
CREATE TABLE gone (t TEXT);
INSERT INTO gone VALUES ('kept'), ('deleted ACCOUNT00010'), ('kept too');
DELETE FROM gone WHERE t LIKE 'deleted%';
CREATE TABLE dropped (t TEXT);
INSERT INTO dropped VALUES ('dropped ACCOUNT00011');
DROP TABLE dropped;
SQL
sqlite3 utf16.db <<'SQL'
PRAGMA page_size = 512;
PRAGMA encoding = 'UTF-16be';
CREATE TABLE t (id INTEGER, name TEXT, PRIMARY KEY (id));
INSERT INTO t VALUES (3, 'Größe 123456789012');
SQL
