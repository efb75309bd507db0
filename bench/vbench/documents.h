/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several result documents read as one: what a report and its plots are made from.
 *
 * Invariants:
 *   [documents.newest] a row comes from the newest document with which Vantage can be compared in this row;
 *   without any such, from the newest that has the row.
 *   [documents.same] a cell that document has not may come from an older one of the same QEMU, kernel
 *   and image, where the same column gives the same instructions; never a cell of Vantage.
 */
#ifndef BENCH_VBENCH_DOCUMENTS_H
#define BENCH_VBENCH_DOCUMENTS_H

#include "bench/vbench/result.h"

struct document {
    char *path;
    struct result result;
    unsigned rows; /* how many of the rows shown come from it */
    bool is_used;  /* is any cell from it? */
};

struct documents {
    struct document *of; /* the newest first */
    unsigned n;
    struct result all; /* borrows its strings from the documents */
    int source[ROWS];  /* index of the row's document, or -1 */
};

/* Where the results of the tree are: whole suites in results/, kept ones in results/baseline/. */
#define DOCUMENTS_KEPT    "results/baseline/*.json"
#define DOCUMENTS_OF_TREE "results/2*.json", DOCUMENTS_KEPT

/* Reads the documents of these NULL-terminated names and patterns, each once. 0; -ENOENT without any;
 * -EINVAL or -ENOENT for one that is named and cannot be used. What cannot be used is complained about. */
int documents_read(struct documents *d, const char *const patterns[]);

void documents_free(struct documents *d);

#endif
