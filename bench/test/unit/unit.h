/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of vbench's parts. Each file here tests the one of bench/vbench with its name; main.c calls
 * them in turn.
 */
#ifndef BENCH_TEST_UNIT_H
#define BENCH_TEST_UNIT_H

#include "bench/vbench/result.h"
#include "ci/tap.h"

/* A folder to write in, removed at the end. */
extern const char *folder;

/* ---- measurements that are made up (fixture.c) ---- */

void metric_set(struct metric *m, unsigned iters, unsigned n, const uint64_t *sample);

/* All rows in native, Vantage and Xen, with another value in each; Xen's column failed at its end. */
void result_make(struct result *r);

/* Writes a document with one sample of a row in native and Vantage; the value in both is `ns`. */
void document_make(const char *path, const char *date, const char *initrd, enum row_id row,
                   bool has_native, uint64_t ns);

void strings_free(char *const all[], unsigned n);

/* ---- one for each file ---- */

void test_suite(void);
void test_line(void);
void test_result(void);
void test_compare(void);
void test_gate(void);
void test_baseline(void);
void test_table(void);
void test_report(void);
void test_documents(void);
void test_machine(void);
void test_pmu(void);
void test_wall(void);

#endif
