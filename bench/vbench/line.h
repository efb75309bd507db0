/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of a guest's console, understood. The lines are made by guests/images/init and
 * bench/micro/main.c; everything else on the console is LINE_OTHER.
 */
#ifndef BENCH_VBENCH_LINE_H
#define BENCH_VBENCH_LINE_H

#include "bench/vbench/suite.h"

enum line_kind {
    LINE_OTHER,  /* the kernel's, the hypervisor's */
    LINE_INIT,   /* VTG-INIT: user space is up */
    LINE_START,  /* VTG-BENCH: `row` begins */
    LINE_RESULT, /* `row` is done, `metric` is what it measured */
    LINE_SKIP,   /* VTG-SKIP: this kernel cannot run `row`; `why` */
    LINE_EXIT,   /* VTG-EXIT: the guest is through, with `status` */
    LINE_BAD,    /* meant to be one of these, but damaged; `why` says how, `row` may be known */
};

struct line {
    enum line_kind kind;
    enum row_id row;
    int status;
    struct metric metric;
    char why[256];
};

void line_parse(const char *console, struct line *line);

#endif
