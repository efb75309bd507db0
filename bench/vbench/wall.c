/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/wall.h"

#include <stdlib.h>

const char *wall_verdict_name(enum wall_verdict verdict)
{
    static const char *const names[] = {"", "no slower", "noisy", "slower"};
    return names[verdict];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, unsigned n, double part)
{
    double at = (n - 1) * part;
    unsigned i = at;
    return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

struct spread spread_of(double *values, unsigned n)
{
    qsort(values, n, sizeof *values, by_value);
    return (struct spread){n, quantile(values, n, 0.25), quantile(values, n, 0.5), quantile(values, n, 0.75)};
}

enum wall_verdict wall_verdict(const struct spread *vantage, const struct spread *xen)
{
    if (!vantage->n || !xen->n)
        return WALL_MISSING;
    return vantage->high <= xen->low ? WALL_NO_SLOWER : vantage->low > xen->high ? WALL_SLOWER : WALL_NOISY;
}

const struct spread *wall_better_xen(const struct wall_row *row)
{
    const struct spread *xen = &row->column[COLUMN_XEN], *fast = &row->column[COLUMN_XEN_FAST];
    return !xen->n || (fast->n && fast->median < xen->median) ? fast : xen;
}

static void judge(const struct run_plan *plan, const struct result *rounds, enum row_id id, struct wall *w)
{
    struct wall_row *row = &w->rows[id];
    for (int c = 0; c < COLUMNS; c++) {
        double values[ROUNDS_MAX];
        unsigned n = 0;
        for (unsigned i = 0; i < plan->seeds; i++)
            n += metric_value(rounds[i].columns[c].metrics, id, &values[n]);
        if (n)
            row->column[c] = spread_of(values, n);
        if (n > w->rounds)
            w->rounds = n;
    }
    row->verdict = wall_verdict(&row->column[COLUMN_VANTAGE], wall_better_xen(row));
}

void wall_judge(const struct run_plan *plan, const struct result *rounds, struct wall *w)
{
    for (int i = 0; i < ROWS; i++)
        if (plan->rows.has[i] && row_is_shown(i))
            judge(plan, rounds, i, w);
}

bool wall_is_slower(const struct wall *w)
{
    for (int i = 0; i < ROWS; i++)
        if (w->rows[i].verdict == WALL_SLOWER)
            return true;
    return false;
}

static void print_spread(FILE *out, const struct spread *s)
{
    if (s->n)
        fprintf(out, " %10.4g %5.1f%%", s->median, s->median > 0 ? 100 * (s->high - s->low) / s->median : 0);
    else
        fprintf(out, " %10s %6s", "-", "");
}

void wall_print(FILE *out, const struct run_plan *plan, const struct wall *w)
{
    fprintf(out, "median of %u rounds, and its quartiles' distance\n%-20s %4s", w->rounds, "", "unit");
    for (int c = 0; c < COLUMNS; c++)
        if (plan->columns[c])
            fprintf(out, " %10s %6s", column_names[c], "");
    fputs("  to Xen\n", out);
    for (int i = 0; i < ROWS; i++) {
        if (!plan->rows.has[i] || !row_is_shown(i))
            continue;
        fprintf(out, "%-20s %4s", suite_rows[i].name, suite_rows[i].unit);
        for (int c = 0; c < COLUMNS; c++)
            if (plan->columns[c])
                print_spread(out, &w->rows[i].column[c]);
        fprintf(out, "  %s\n", wall_verdict_name(w->rows[i].verdict));
    }
}
