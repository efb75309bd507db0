-- SPDX-License-Identifier: BSD-2-Clause
-- In place of OSDB's information retrieval: one reader's transaction of look-ups by key, ranges, a join
-- and sums over the tables pgbench makes.
\set one random(1, 100000)
\set low random(1, 99000)
\set teller random(1, 10)
SELECT abalance, filler FROM pgbench_accounts WHERE aid = :one;
SELECT count(*), sum(aid), min(filler) FROM pgbench_accounts WHERE aid BETWEEN :low AND :low + 1000;
SELECT t.tid, b.bid, count(a.aid) FROM pgbench_accounts a JOIN pgbench_branches b ON b.bid = a.bid
    JOIN pgbench_tellers t ON t.bid = b.bid
    WHERE a.aid BETWEEN :low AND :low + 200 AND t.tid <= :teller GROUP BY t.tid, b.bid ORDER BY t.tid;
SELECT a.aid % 10 AS d, count(*), avg(a.abalance), max(a.aid) FROM pgbench_accounts a
    WHERE a.aid BETWEEN :low AND :low + 500 GROUP BY d ORDER BY d;
