/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP for host tests: check() for each statement; what main() returns is check_end().
 *
 * The counters are weak, so that a program of several files has one of each.
 */
#ifndef CI_TAP_H
#define CI_TAP_H

#include <stdbool.h>
#include <stdio.h>

__attribute__((weak)) unsigned tap_checks, tap_failures;

/* Prints one line, and the condition if it does not hold. */
#define check(condition, name) tap_check(!!(condition), name, __FILE__ ": " #condition)

static inline void tap_check(bool is_true, const char *name, const char *condition)
{
    printf("%sok %u - %s\n", is_true ? "" : "not ", ++tap_checks, name);
    if (!is_true)
        printf("# %s\n", condition);
    fflush(stdout);
    tap_failures += !is_true;
}

static inline void check_skipped(const char *name, const char *why)
{
    printf("ok %u - %s # SKIP %s\n", ++tap_checks, name, why);
}

static inline int check_end(void)
{
    printf("1..%u\n", tap_checks);
    fflush(stdout);
    return tap_failures != 0;
}

#endif
