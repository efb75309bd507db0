/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/table.h"
#include "bench/vbench/mean.h"

#include <string.h>

enum column_id base_column(const struct result *r)
{
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked)
            return c;
    return COLUMN_NATIVE;
}

struct figures figures_of(const struct result *r, const struct paper *paper, enum row_id row)
{
    struct figures f = {.share = NAN};
    const struct paper_cell *cell = &paper->cell[row];
    enum column_id base = base_column(r);
    for (int c = 0; c < COLUMNS; c++)
        if (!metric_value(r->columns[c].metrics, row, &f.value[c]))
            f.value[c] = NAN;
    for (int c = 0; c < COLUMNS; c++) {
        f.ratio[c] = f.value[c] / f.value[base];
        if (!isfinite(f.ratio[c]))
            f.ratio[c] = NAN;
    }
    f.paper_ratio = paper_ratio(cell, PAPER_XEN);
    f.goal = cell->goal > 0 ? cell->goal : NAN;
    /* fmin() passes over a configuration that did not run. */
    f.half = (1 + fmin(f.ratio[COLUMN_XEN], f.ratio[COLUMN_XEN_FAST])) / 2;
    double ours = f.value[COLUMN_VANTAGE] - f.value[COLUMN_NATIVE];
    double xens = fmin(f.value[COLUMN_XEN], f.value[COLUMN_XEN_FAST]) - f.value[COLUMN_NATIVE];
    if (xens > 0)
        f.share = ours / xens;
    return f;
}

double ratio_geomean(const struct result *r, enum column_id column, unsigned *n)
{
    static const struct paper none;
    struct mean mean = {0};
    for (int i = 0; i < ROWS; i++)
        if (row_is_shown(i) && row_is_time(i))
            mean_add(&mean, figures_of(r, &none, i).ratio[column]);
    *n = mean.n;
    return mean_value(&mean);
}

double cell_ratio(const struct result *r, enum row_id row, enum column_id column)
{
    static const struct paper none;
    struct mean mean = {0};
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(suite_rows[i].table, suite_rows[row].table) &&
            !strcmp(suite_rows[i].cell, suite_rows[row].cell))
            mean_add(&mean, figures_of(r, &none, i).ratio[column]);
    return mean_value(&mean);
}

char *number_print(char to[NUMBER_MAX], double value)
{
    if (isnan(value))
        return strcpy(to, "-");
    snprintf(to, NUMBER_MAX, "%.*f",
             fabs(value) < 10    ? 3
             : fabs(value) < 100 ? 2
                                 : fabs(value) < 1000,
             value);
    return to;
}

char *ratio_print(char to[NUMBER_MAX], double ratio)
{
    if (isnan(ratio))
        return strcpy(to, "-");
    snprintf(to, NUMBER_MAX, "%.2f", ratio);
    return to;
}

char *percent_print(char to[NUMBER_MAX], double share)
{
    if (isnan(share))
        return strcpy(to, "-");
    snprintf(to, NUMBER_MAX, "%.0f %%", share * 100);
    return to;
}

static void print_heading(FILE *out, const struct result *r)
{
    enum column_id base = base_column(r);
    fprintf(out, "%-17s %5s %10s", "benchmark", "unit", column_names[base]);
    for (int c = base + 1; c < COLUMNS; c++)
        if (r->columns[c].asked)
            fprintf(out, " %14s %6s", column_names[c], "ratio");
    fprintf(out, " %10s\n", "2003 ratio");
}

static void print_row(FILE *out, const struct result *r, const struct figures *f, enum row_id row)
{
    char text[NUMBER_MAX];
    fprintf(out, "%-17s %5s", suite_rows[row].name, suite_rows[row].unit);
    enum column_id base = base_column(r);
    fprintf(out, " %10s", number_print(text, f->value[base]));
    for (int c = base + 1; c < COLUMNS; c++) {
        if (!r->columns[c].asked)
            continue;
        fprintf(out, " %14s", number_print(text, f->value[c]));
        fprintf(out, " %6s", ratio_print(text, f->ratio[c]));
    }
    fprintf(out, " %10s\n", ratio_print(text, f->paper_ratio));
}

static void print_geomean(FILE *out, const struct result *r)
{
    unsigned n;
    char text[NUMBER_MAX];
    fprintf(out, "%-17s %5s %10s", "geometric mean", "", "");
    for (int c = base_column(r) + 1; c < COLUMNS; c++)
        if (r->columns[c].asked)
            fprintf(out, " %14s %6s", "", ratio_print(text, ratio_geomean(r, c, &n)));
    fputc('\n', out);
}

bool is_measured(const struct figures *f)
{
    for (int c = 0; c < COLUMNS; c++)
        if (!isnan(f->value[c]))
            return true;
    return false;
}

void table_print(FILE *out, const struct result *r, const struct paper *paper)
{
    print_heading(out, r);
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures_of(r, paper, i);
        if (row_is_shown(i) && is_measured(&f))
            print_row(out, r, &f, i);
    }
    print_geomean(out, r);
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked && r->columns[c].reason)
            fprintf(out, "%s is not complete: %s\n", column_names[c], r->columns[c].reason);
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (r->columns[c].skipped[i])
                fprintf(out, "%s cannot run %s: %s\n", column_names[c], suite_rows[i].name,
                        r->columns[c].skipped[i]);
}

static const struct event_list *first_counts(const struct result *r)
{
    for (int i = 0; i < COLUMNS * ROWS; i++)
        if (r->columns[i / ROWS].counters[i % ROWS])
            return r->columns[i / ROWS].counters[i % ROWS];
    return NULL;
}

void counts_print(FILE *out, const struct result *r)
{
    const struct event_list *names = first_counts(r);
    if (!names)
        return;
    fprintf(out, "%-17s %-14s", "counted on host", "column");
    for (unsigned e = 0; e < names->n; e++)
        fprintf(out, " %16s", names->of[e].name);
    fputc('\n', out);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        const struct event_list *counts = r->columns[i % COLUMNS].counters[i / COLUMNS];
        if (!counts)
            continue;
        fprintf(out, "%-17s %-14s", suite_rows[i / COLUMNS].name, column_names[i % COLUMNS]);
        for (unsigned e = 0; e < names->n; e++)
            fprintf(out, " %16llu", (unsigned long long)event_count(counts, names->of[e].name));
        fputc('\n', out);
    }
}
