/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The paper's numbers, read from results/paper/, and our goals, from results/targets.json.
 */
#ifndef BENCH_VBENCH_PAPER_H
#define BENCH_VBENCH_PAPER_H

#include "bench/vbench/suite.h"

/* The systems the paper measured. L-UP is its native Linux with one processor, as all of ours. */
enum paper_system { PAPER_L_SMP, PAPER_NATIVE, PAPER_XEN, PAPER_VMW, PAPER_UML, PAPER_SYSTEMS };

/* The cells of Figure 3, in its order. */
enum { FIGURE3_CELLS = 6 };
extern const char *const figure3_cells[FIGURE3_CELLS];

struct paper_cell {
    double value[PAPER_SYSTEMS]; /* in the table's unit; 0 where the paper has none */
    bool more_is_better;         /* a score, not a time */
    int place;                   /* which column of its table it is */
    double goal;                 /* ratio to native that Vantage wants to reach; 0: none */
};

struct paper {
    struct paper_cell cell[ROWS], figure3[FIGURE3_CELLS];
};

/* How many times the native time a system takes in this cell: NAN where the paper has no number. */
double paper_ratio(const struct paper_cell *cell, enum paper_system system);

/* Geometric mean of a system's ratios over the cells of a table (NULL: of Tables 3 to 5), each once;
 * NAN without any. */
double paper_geomean(const struct paper *paper, const char *table, enum paper_system system);

/* Reads what is there; a missing or unreadable table is complained about and left empty. */
void goals_read(struct paper *paper, const char *file);
void paper_read(struct paper *paper, const char *folder);

#endif
