/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/wall.h"

#include <math.h>
#include <stdlib.h>

const char *wall_verdict_name(enum wall_verdict verdict)
{
    static const char *const names[] = {"", "faster", "not apart", "slower"};
    return names[verdict];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct estimate estimate_of(double *values, unsigned n)
{
    const double z = 2.576; /* 99 % of the normal distribution are within so many standard deviations */
    unsigned below = (n - fmin(n, z * sqrt(n))) / 2;
    qsort(values, n, sizeof *values, by_value);
    return (struct estimate){n, values[below], (values[(n - 1) / 2] + values[n / 2]) / 2, values[n - 1 - below]};
}

enum wall_verdict wall_verdict(const struct estimate *vantage, const struct estimate *xen)
{
    if (!vantage->n || !xen->n)
        return WALL_MISSING;
    return vantage->high < xen->low ? WALL_FASTER : vantage->low > xen->high ? WALL_SLOWER : WALL_NOT_APART;
}

const struct estimate *wall_better_xen(const struct wall_row *row)
{
    const struct estimate *xen = &row->column[COLUMN_XEN], *fast = &row->column[COLUMN_XEN_FAST];
    return !xen->n || (fast->n && fast->median < xen->median) ? fast : xen;
}

/* The samples of one round, in the row's unit; how many. */
static unsigned samples_of(const struct metric *m, enum row_id id, double *values)
{
    for (unsigned i = 0; i < m->n; i++)
        values[i] = m->sample[i] / (double)m->iters / unit_ns(suite_rows[id].unit);
    return m->n;
}

static void judge(const struct run_plan *plan, const struct result *rounds, enum row_id id, struct wall *w)
{
    struct wall_row *row = &w->rows[id];
    for (int c = 0; c < COLUMNS; c++) {
        double values[ROUNDS_MAX * SAMPLES_MAX];
        unsigned n = 0, measured = 0;
        for (unsigned i = 0; i < plan->seeds; i++) {
            const struct metric *m = &rounds[i].columns[c].metrics[id];
            n += samples_of(m, id, values + n);
            measured += metric_is_there(m);
        }
        if (n)
            row->column[c] = estimate_of(values, n);
        if (measured > w->rounds)
            w->rounds = measured;
    }
    row->verdict = wall_verdict(&row->column[COLUMN_VANTAGE], wall_better_xen(row));
}

void wall_judge(const struct run_plan *plan, const struct result *rounds, struct wall *w)
{
    for (int i = 0; i < ROWS; i++)
        if (plan->rows.has[i])
            judge(plan, rounds, i, w);
}

bool wall_is_slower(const struct wall *w)
{
    for (int i = 0; i < ROWS; i++)
        if (w->rows[i].verdict == WALL_SLOWER)
            return true;
    return false;
}

static void print_estimate(FILE *out, const struct estimate *e)
{
    char interval[40] = "-";
    if (e->n)
        snprintf(interval, sizeof interval, "%.4g (%.4g-%.4g)", e->median, e->low, e->high);
    fprintf(out, " %26s", interval);
}

void wall_print(FILE *out, const struct run_plan *plan, const struct wall *w)
{
    fprintf(out, "median of the samples of %u rounds, and its 99 %% confidence interval\n%-20s %4s", w->rounds, "", "unit");
    for (int c = 0; c < COLUMNS; c++)
        if (plan->columns[c])
            fprintf(out, " %26s", column_names[c]);
    fputs("  Vantage\n", out);
    for (int i = 0; i < ROWS; i++) {
        if (!plan->rows.has[i])
            continue;
        fprintf(out, "%-20s %4s", suite_rows[i].name, suite_rows[i].unit);
        for (int c = 0; c < COLUMNS; c++)
            if (plan->columns[c])
                print_estimate(out, &w->rows[i].column[c]);
        fprintf(out, "  %s\n", wall_verdict_name(w->rows[i].verdict));
    }
}
