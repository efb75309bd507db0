/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The paper's numbers, read from results/paper/table<N>.json.
 */
#ifndef BENCH_VBENCH_PAPER_H
#define BENCH_VBENCH_PAPER_H

#include "bench/vbench/suite.h"

struct paper {
    struct paper_cell {
        double native, xen; /* microseconds; 0 where the paper has no such cell */
    } cell[ROWS];
};

/* Reads what is there; a missing or unreadable table is complained about and left empty. */
void paper_read(struct paper *paper, const char *folder);

#endif
