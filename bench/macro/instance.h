/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one of several instances of a workload does (instance.c): a server that stays, and work for it as long as
 * a window of time is open.
 */
#ifndef BENCH_MACRO_INSTANCE_H
#define BENCH_MACRO_INSTANCE_H

#include <stdint.h>

/* Work begins at `start`, and what is done from `begin` to `end` counts: by the wall clock, which the domains of
 * a machine share. */
struct window {
    int64_t start_ms, begin_ms, end_ms;
};

/* Start the server and what it serves. */
void web_begin(void);
void database_begin_empty(void);

/* Operations that were done within the window; parts of one count, too, where they are known. */
double web_window(const struct window *w);
double db_ir_window(const struct window *w);
double db_oltp_window(const struct window *w);

#endif
