/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The paper's numbers, read from results/paper/table<N>.json, and our goals, from results/targets.json.
 */
#ifndef BENCH_VBENCH_PAPER_H
#define BENCH_VBENCH_PAPER_H

#include "bench/vbench/suite.h"

struct paper {
    struct paper_cell {
        double native, xen, uml; /* microseconds; 0 where the paper has no such cell */
        double goal;             /* ratio to native that Vantage wants to reach; 0: none */
    } cell[ROWS];
};

/* Reads what is there; a missing or unreadable table is complained about and left empty. */
void goals_read(struct paper *paper, const char *file);
void paper_read(struct paper *paper, const char *folder);

#endif
