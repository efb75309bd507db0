/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/documents.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* Does it know anything of the cell, if only why a kernel cannot run it? */
static bool has_cell(const struct result *r, enum column_id column, enum row_id row)
{
    return metric_is_there(&r->columns[column].metrics[row]) || r->columns[column].skipped[row];
}

static bool has_row(const struct result *r, enum row_id row)
{
    for (int c = 0; c < COLUMNS; c++)
        if (has_cell(r, c, row))
            return true;
    return false;
}

static bool is_same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

static bool is_same_machine(const struct result *a, const struct result *b)
{
    return is_same(a->qemu, b->qemu) && is_same(a->kernel_sha256, b->kernel_sha256) &&
           is_same(a->initrd_sha256, b->initrd_sha256);
}

static bool is_ours(enum column_id column)
{
    return column == COLUMN_VANTAGE || column == COLUMN_TRACED || column == COLUMN_VANTAGE_DOMU;
}

/* The document that a cell comes from when the row comes from `base`, or -1. [documents.same] */
static int cell_source(const struct documents *d, int base, enum column_id column, enum row_id row)
{
    if (has_cell(&d->of[base].result, column, row))
        return base;
    for (int i = base + 1; i < (int)d->n && !is_ours(column); i++)
        if (has_cell(&d->of[i].result, column, row) &&
            is_same_machine(&d->of[i].result, &d->of[base].result))
            return i;
    return -1;
}

static bool is_comparable(const struct documents *d, int base, enum row_id row)
{
    if (!metric_is_there(&d->of[base].result.columns[COLUMN_VANTAGE].metrics[row]))
        return false;
    for (int c = 0; c < COLUMNS; c++)
        if (!is_ours(c) && cell_source(d, base, c, row) >= 0)
            return true;
    return false;
}

/* [documents.newest] */
static int row_source(const struct documents *d, enum row_id row)
{
    int newest = -1;
    for (int i = 0; i < (int)d->n; i++) {
        if (!has_row(&d->of[i].result, row))
            continue;
        if (is_comparable(d, i, row))
            return i;
        if (newest < 0)
            newest = i;
    }
    return newest;
}

static void cell_take(struct documents *d, int from, enum column_id column, enum row_id row)
{
    struct column *to = &d->all.columns[column];
    to->metrics[row] = d->of[from].result.columns[column].metrics[row];
    to->skipped[row] = d->of[from].result.columns[column].skipped[row];
    to->asked = true;
    d->of[from].is_used = true;
}

static void row_take(struct documents *d, enum row_id row)
{
    int base = d->source[row] = row_source(d, row);
    if (base < 0)
        return;
    d->of[base].rows += row_is_shown(row);
    for (int c = 0; c < COLUMNS; c++) {
        int from = cell_source(d, base, c, row);
        if (from >= 0)
            cell_take(d, from, c, row);
    }
}

/* What is wrong with a column is what is wrong with it in a document that counts. */
static void merge(struct documents *d)
{
    for (int i = 0; i < ROWS; i++)
        row_take(d, i);
    for (unsigned i = 0; i < d->n; i++)
        for (int c = 0; c < COLUMNS; c++) {
            const struct column *column = &d->of[i].result.columns[c];
            if (!d->of[i].is_used || !column->reason)
                continue;
            d->all.columns[c].asked = true;
            if (!d->all.columns[c].reason)
                d->all.columns[c].reason = column->reason;
        }
}

/* The newest first; of the same moment, by name. */
static int by_date(const void *a, const void *b)
{
    const struct document *x = a, *y = b;
    int order = strcmp(y->result.date ? y->result.date : "", x->result.date ? x->result.date : "");
    return order ? order : strcmp(x->path, y->path);
}

static bool is_read(const struct documents *d, const char *path)
{
    for (unsigned i = 0; i < d->n; i++)
        if (!strcmp(d->of[i].path, path))
            return true;
    return false;
}

static int document_add(struct documents *d, const char *path)
{
    if (is_read(d, path))
        return 0;
    struct document *longer = realloc(d->of, (d->n + 1) * sizeof *longer);
    if (!longer)
        return -ENOMEM;
    d->of = longer;
    d->of[d->n] = (struct document){.path = text("%s", path)};
    int rc = result_read(&d->of[d->n].result, path);
    if (rc)
        free(d->of[d->n].path);
    else
        d->n++;
    return rc;
}

/* A document that was only found is passed over when it cannot be used, with the complaint. */
static void documents_add_found(struct documents *d, const char *pattern)
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        document_add(d, found.gl_pathv[i]);
    globfree(&found);
}

int documents_read(struct documents *d, const char *const patterns[])
{
    int rc = 0;
    memset(d, 0, sizeof *d);
    for (; *patterns && rc == 0; patterns++)
        if (strchr(*patterns, '*'))
            documents_add_found(d, *patterns);
        else
            rc = document_add(d, *patterns);
    if (rc == 0 && d->n == 0)
        rc = -ENOENT;
    if (rc) {
        documents_free(d);
        return rc;
    }
    qsort(d->of, d->n, sizeof *d->of, by_date);
    merge(d);
    return 0;
}

void documents_free(struct documents *d)
{
    for (unsigned i = 0; i < d->n; i++) {
        free(d->of[i].path);
        result_free(&d->of[i].result);
    }
    free(d->of);
    memset(d, 0, sizeof *d);
}
