-- SPDX-License-Identifier: BSD-2-Clause
-- After a number of TPC-B transactions: each is in the history, and every sum is the same.
SELECT count(*) FROM pgbench_history;
SELECT count(DISTINCT s) FROM (SELECT sum(delta) s FROM pgbench_history
    UNION ALL SELECT sum(abalance) FROM pgbench_accounts
    UNION ALL SELECT sum(tbalance) FROM pgbench_tellers
    UNION ALL SELECT sum(bbalance) FROM pgbench_branches) sums;
