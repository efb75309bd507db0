-- SPDX-License-Identifier: BSD-2-Clause
-- cint-mini: an object store. 20,000 parts in 500 kinds, an index, changes, joins and sums.
PRAGMA journal_mode = DELETE;
PRAGMA synchronous = FULL;
CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT, weight INTEGER);
CREATE TABLE part (id INTEGER PRIMARY KEY, kind INTEGER, label TEXT, price INTEGER);
BEGIN;
INSERT INTO kind WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    SELECT i, 'kind ' || i, i * 7919 % 1009 FROM n;
INSERT INTO part WITH RECURSIVE n(i, x) AS
    (SELECT 1, 12345 UNION ALL SELECT i + 1, (x * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 20000)
    SELECT i, x / 65536 % 500 + 1, printf('part %08x of %d', x, i), x / 128 % 100000 FROM n;
COMMIT;
CREATE INDEX part_of_kind ON part (kind, price);
SELECT count(*), sum(price), min(label), max(label) FROM part;
SELECT name, count(*) AS n, sum(price * weight) FROM part JOIN kind ON kind.id = part.kind
    GROUP BY kind.id ORDER BY n DESC, name LIMIT 20;
UPDATE part SET price = price + 100 WHERE kind IN (SELECT id FROM kind WHERE weight < 200);
DELETE FROM part WHERE id % 7 = 3;
SELECT a.label, b.label FROM part a JOIN part b ON b.kind = a.kind AND b.price = a.price + 1
    ORDER BY a.id, b.id LIMIT 20;
SELECT k.name, (SELECT max(price) FROM part WHERE kind = k.id) FROM kind k ORDER BY k.id LIMIT 20;
SELECT label FROM part WHERE label LIKE '%ff%' ORDER BY price, id LIMIT 20;
PRAGMA integrity_check;
SELECT count(*), sum(price) FROM part;
