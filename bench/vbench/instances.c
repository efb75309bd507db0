/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/instances.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "vbench-instances/1"

/* Ours: the figure's document, the work in it; the paper's: its row, which is one of several systems in Figure 4. */
static const struct {
    unsigned figure;
    const char *name, *paper_row;
} works[WORKS] = {[WORK_WEB] = {4, "web", NULL},
                  [WORK_DB_IR] = {5, "db_ir", "OSDB-IR"},
                  [WORK_DB_OLTP] = {5, "db_oltp", "OSDB-OLTP"}};

static const struct {
    const char *name, *paper_cell;
    unsigned n;
} cases[CASES] = {[CASE_1] = {"1", "1", 1},   [CASE_2] = {"2", "2", 2},    [CASE_4] = {"4", "4", 4},
                  [CASE_8] = {"8", "8", 8},   [CASE_16] = {"16", "16", 16}, [CASE_DIFF] = {"diff", "8 (diff)", 8}};

static const char *const columns[INSTANCES_SYSTEMS] = {
    [NOW_NATIVE] = "native", [NOW_VANTAGE] = "vantage-domu", [NOW_XEN] = "xen-domu"};

const char *case_name(enum instances_case which)
{
    return cases[which].paper_cell;
}

/* ---- ours ---- */

/* As many numbers above 0 as there are instances? */
static bool bar_take(struct bar *b, json_t *parts, unsigned n)
{
    if (json_array_size(parts) != n)
        return false;
    for (unsigned i = 0; i < n; i++) {
        b->part[i] = json_number_value(json_array_get(parts, i));
        if (!(b->part[i] > 0))
            return false;
    }
    b->n = n;
    return true;
}

static bool column_take(struct bar bars[CASES][INSTANCES_SYSTEMS], json_t *by_case, enum instances_system system)
{
    bool is_good = true;
    for (int c = 0; c < CASES; c++) {
        json_t *parts = json_object_get(by_case, cases[c].name);
        is_good &= !parts || bar_take(&bars[c][system], parts, cases[c].n);
    }
    return is_good;
}

static bool work_take(struct instances *all, enum instances_work work, json_t *root)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const char *commit = json_string_value(json_object_get(root, "commit"));
    json_t *by_column = json_object_get(root, "columns");
    if (!schema || strcmp(schema, SCHEMA) || !commit || !json_is_object(by_column))
        return false;
    bool is_good = true;
    for (int s = NOW_NATIVE; s < INSTANCES_SYSTEMS; s++) {
        json_t *by_work = json_object_get(by_column, columns[s]);
        is_good &= column_take(all->bar[work], json_object_get(by_work, works[work].name), s);
    }
    all->commit[work] = text("%s", commit);
    return is_good;
}

static void work_drop(struct instances *all, enum instances_work work)
{
    memset(all->bar[work], 0, sizeof all->bar[work]);
    free(all->commit[work]);
    all->commit[work] = NULL;
}

/* ---- the paper's ---- */

static void past_bars_take(struct instances *all, enum instances_work work, json_t *by_cell, enum instances_system system)
{
    for (size_t c = 0; c < json_array_size(by_cell) && c < CASE_DIFF; c++)
        bar_take(&all->bar[work][c][system], json_array_get(by_cell, c), cases[c].n);
}

/* Figure 5 has the parts of its last cell only. */
static void past_total_take(struct bar *b, json_t *total, json_t *shares)
{
    b->n = shares ? json_array_size(shares) : 1;
    for (unsigned i = 0; i < b->n && i < INSTANCES_MAX; i++)
        b->part[i] = json_number_value(total) * (shares ? json_number_value(json_array_get(shares, i)) : 1);
}

static void past_totals_take(struct instances *all, enum instances_work work, json_t *root)
{
    json_t *cells = json_object_get(root, "cells"), *shares = json_object_get(root, "shares");
    json_t *totals = json_object_get(json_object_get(root, "rows"), works[work].paper_row);
    for (size_t k = 0; k < json_array_size(cells); k++)
        for (int c = 0; c < CASES; c++)
            if (!strcmp(json_string_value(json_array_get(cells, k)), cases[c].paper_cell))
                past_total_take(&all->bar[work][c][PAST_XEN], json_array_get(totals, k),
                                c == CASE_DIFF ? json_object_get(shares, works[work].paper_row) : NULL);
}

static void past_take(struct instances *all, enum instances_work work, json_t *root)
{
    json_t *each = json_object_get(root, "instances");
    past_bars_take(all, work, json_object_get(each, "L"), PAST_LINUX);
    past_bars_take(all, work, json_object_get(each, "X"), PAST_XEN);
    if (works[work].paper_row)
        past_totals_take(all, work, root);
}

/* ---- both ---- */

int instances_take(struct instances *all, unsigned figure, json_t *root)
{
    bool is_good = true;
    for (int w = 0; w < WORKS; w++)
        is_good &= works[w].figure != figure || work_take(all, w, root);
    for (int w = 0; w < WORKS && !is_good; w++)
        if (works[w].figure == figure)
            work_drop(all, w);
    return is_good ? 0 : -EINVAL;
}

void instances_take_paper(struct instances *all, unsigned figure, json_t *root)
{
    for (int w = 0; w < WORKS; w++)
        if (works[w].figure == figure)
            past_take(all, w, root);
}

void instances_free(struct instances *all)
{
    for (int w = 0; w < WORKS; w++)
        free(all->commit[w]);
}

/* ---- arithmetic ---- */

double bar_total(const struct bar *b)
{
    double total = 0;
    for (unsigned i = 0; i < b->n; i++)
        total += b->part[i];
    return b->n ? total : NAN;
}

double instances_unit(const struct instances *all, enum instances_work work, enum instances_system system)
{
    enum instances_system linux_of_its_time = system < NOW_NATIVE ? PAST_LINUX : NOW_NATIVE;
    return bar_total(&all->bar[work][CASE_1][works[work].figure == 4 ? linux_of_its_time : system]);
}

/* Jain, Chiu, Hawe, 1984: (sum x)^2 / (n sum x^2). */
double bar_fairness(const struct bar *b)
{
    double total = bar_total(b), squares = 0;
    for (unsigned i = 0; i < b->n; i++)
        squares += b->part[i] * b->part[i];
    return total * total / (b->n * squares);
}

double weight_share(unsigned i, unsigned n)
{
    return (double)(n - i) / (n * (n + 1) / 2.0);
}

double bar_weight_error(const struct bar *b)
{
    double total = bar_total(b), worst = 0;
    for (unsigned i = 0; i < b->n; i++)
        worst = fmax(worst, fabs(b->part[i] / total / weight_share(i, b->n) - 1));
    return worst;
}
