/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP output of the machine tests: ok(condition, name) for each statement, done() at the end of main. */
#ifndef MACHINE_FAKE_TAP_H
#define MACHINE_FAKE_TAP_H

#include <stdio.h>

static int tap_count, tap_failed;

#define ok(condition, ...)                                                                         \
    do {                                                                                           \
        int good_ = !!(condition);                                                                 \
        tap_failed += !good_;                                                                      \
        printf("%sok %d - ", good_ ? "" : "not ", ++tap_count);                                    \
        printf(__VA_ARGS__);                                                                       \
        printf("%s\n", good_ ? "" : "  # " __FILE__ ": " #condition);                              \
    } while (0)

static inline int done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed != 0;
}

#endif
