/* SPDX-License-Identifier: BSD-2-Clause */
/* How values are distributed, drawn: a bar for each range of them, as text and as a picture. */
#ifndef VTRACE_BARS_H
#define VTRACE_BARS_H

#include <stdint.h>
#include <stdio.h>

struct bar {
    double from, to; /* ns, or a count */
    uint64_t values;
};

struct bars {
    struct bar of[512];
    unsigned count;
    const char *unit; /* "ns": the text says us and ms where these fit */
};

void bars_add(struct bars *b, double from, double to, uint64_t values);

void bars_print(FILE *out, const struct bars *b);

/* `what` was counted. */
void bars_plot(const struct bars *b, const char *path, const char *title, const char *what);

#endif
