/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verdicts: one line per case, `case <set>/<name> ok|skip why|error why|FAIL what`, and at the end
 * `verdict: N passed, N failed, N skipped`. A run without that last line has crashed.
 *
 *   ok      the hypervisor did what the ABI says
 *   skip    this machine or hypervisor cannot show it
 *   error   the test could not be set up: the test or its environment is wrong
 *   FAIL    the hypervisor is wrong
 */
#ifndef MINI_VERDICT_H
#define MINI_VERDICT_H

#include "mini.h"

/* The set the following cases belong to. */
void case_set(const char *set);
void case_ok(const char *name);
void case_skip(const char *name, const char *why);
void case_error(const char *name, const char *why);
void case_fail(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ok when the statement is true. */
void case_true(const char *name, bool truth, const char *otherwise);
/* ok when a result is the wanted one. */
void case_long(const char *name, long got, long want);
/* ok for either: where an implementation may choose. */
void case_either(const char *name, long got, long want, long or);
void case_hex(const char *name, u64 got, u64 want);
/* ok when trap_catch's result is `vector`, with this error code. */
void case_trap(const char *name, int got, int vector, u64 error);

/* Prints the last line. */
void verdict_print(void);

#endif
