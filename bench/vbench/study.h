/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that a report and its plots are made from: our results, the paper's, goals, and notes.
 */
#ifndef BENCH_VBENCH_STUDY_H
#define BENCH_VBENCH_STUDY_H

#include "bench/vbench/baseline.h"
#include "bench/vbench/documents.h"
#include "bench/vbench/instances.h"
#include "bench/vbench/paper.h"
#include "bench/vbench/wall.h"

#include <jansson.h>

/* Instructions per operation of a row, by who executed them (results/breakdown.json). */
struct parts {
    double user, kernel, hypervisor;
};

/* Throughput of that many domains or processes, in units of one for each CPU; NAN: unknown. */
enum scale_curve { SCALE_VANTAGE_5, SCALE_VANTAGE_50, SCALE_PAPER_LINUX, SCALE_PAPER_50, SCALE_PAPER_5, SCALE_CURVES };

struct scale_point {
    unsigned domains;
    double throughput[SCALE_CURVES];
};

enum { SCALE_POINTS = 8 };

struct study {
    struct documents documents;
    struct documents history; /* the kept documents, whichever are reported */
    struct paper paper;
    char *remaining[ROWS]; /* what a row that is not at its goal still spends, and who; or NULL */
    bool has_remaining;    /* is there such a file at all? */
    struct parts parts[COLUMNS][ROWS]; /* all 0 where they were not counted */
    struct scale_point scale[SCALE_POINTS]; /* results/scale.json; 0 domains: no more points */
    char *scale_commit;                     /* of the tree that it was measured on, or NULL */
    struct wall wall;                       /* results/wall.json */
    struct baseline gate; /* the gate's baseline; every value is NAN where there is none */
    struct instances instances;             /* Figures 4 and 5 */
    char *parts_commit;                /* of the tree that was counted, or NULL */
};

/* Reads what lies under results/ of the current folder; the documents as documents_read() does. */
int study_read(struct study *s, const char *const patterns[]);

void study_free(struct study *s);

/* A document that need not be there; one that cannot be read is complained about and left out: NULL. */
json_t *optional_read(const char *path);

/* Were the row's instructions counted in this column? */
bool has_parts(const struct study *s, enum column_id column, enum row_id row);

#endif
