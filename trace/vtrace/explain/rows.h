/* SPDX-License-Identifier: BSD-2-Clause */
/* Which row of an explanation instructions of the hypervisor belong to (bench/explain/rows.def). */
#ifndef VTRACE_EXPLAIN_ROWS_H
#define VTRACE_EXPLAIN_ROWS_H

#define ROW_UNEXPLAINED "unexplained"

/* Of `function` in a visit that is named after `visit` and came from `origin`, "user" or "kernel". */
const char *row_of(const char *visit, const char *origin, const char *function);

#endif
