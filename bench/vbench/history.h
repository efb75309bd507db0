/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An SQLite index of all result documents, for queries over time. It holds nothing of its own and is
 * made anew from the documents each time.
 *
 *     document (id, path, date, commit_id, suite, qemu)
 *     value    (document, column_name, benchmark, ns)      nanoseconds, that is instructions, per operation
 */
#ifndef BENCH_VBENCH_HISTORY_H
#define BENCH_VBENCH_HISTORY_H

#include <stdbool.h>
#include <stdio.h>

/* Makes the index at `path` from the documents of these NULL-terminated patterns; those that cannot be
 * used are complained about and left out. The number of documents, or -errno with a complaint. The
 * file appears whole or not at all. */
int history_build(const char *path, const char *const patterns[]);

/* Prints each value of these benchmarks (all with none), the oldest first, as a table or a JSON array;
 * -errno with a complaint. */
int history_print(FILE *out, const char *path, char *const names[], int n, bool as_json);

#endif
