/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/wall.h"

#include <jansson.h>
#include <stdlib.h>

static const char *const verdict_names[] = {"", "no slower", "noisy", "slower"};

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

static const struct spread *better_xen(const struct wall_row *row)
{
    const struct spread *xen = &row->column[COLUMN_XEN], *fast = &row->column[COLUMN_XEN_FAST];
    return !xen->n || (fast->n && fast->median < xen->median) ? fast : xen;
}

static void judge(const struct run_plan *plan, const struct result *rounds, enum row_id id, struct wall_row *row)
{
    for (int c = 0; c < COLUMNS; c++) {
        double values[ROUNDS_MAX];
        unsigned n = 0;
        for (unsigned i = 0; i < plan->seeds; i++)
            n += metric_value(rounds[i].columns[c].metrics, id, &values[n]);
        if (n)
            row->column[c] = spread_of(values, n);
    }
    row->verdict = wall_verdict(&row->column[COLUMN_VANTAGE], better_xen(row));
}

void wall_judge(const struct run_plan *plan, const struct result *rounds, struct wall_row rows[ROWS])
{
    for (int i = 0; i < ROWS; i++)
        if (plan->rows.has[i] && row_is_shown(i))
            judge(plan, rounds, i, &rows[i]);
}

static bool is_slower(const struct wall_row rows[ROWS])
{
    for (int i = 0; i < ROWS; i++)
        if (rows[i].verdict == WALL_SLOWER)
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

bool wall_print(FILE *out, const struct run_plan *plan, const struct wall_row rows[ROWS])
{
    fprintf(out, "median of %u rounds, and its quartiles' distance\n%-20s %4s", plan->seeds, "", "unit");
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
                print_spread(out, &rows[i].column[c]);
        fprintf(out, "  %s\n", verdict_names[rows[i].verdict]);
    }
    return is_slower(rows);
}

static json_t *row_json(const struct run_plan *plan, const struct wall_row *row, const char *unit)
{
    json_t *columns = json_object();
    for (int c = 0; c < COLUMNS; c++) {
        const struct spread *s = &row->column[c];
        if (plan->columns[c] && s->n)
            json_object_set_new(columns, column_names[c],
                                json_pack("{s:i,s:f,s:f,s:f}", "rounds", (int)s->n, "low", s->low, "median",
                                          s->median, "high", s->high));
    }
    return json_pack("{s:s,s:s,s:o}", "unit", unit, "verdict", verdict_names[row->verdict], "columns", columns);
}

bool wall_json(FILE *out, const struct run_plan *plan, const struct wall_row rows[ROWS])
{
    json_t *all = json_object();
    for (int i = 0; i < ROWS; i++)
        if (plan->rows.has[i] && row_is_shown(i))
            json_object_set_new(all, suite_rows[i].name, row_json(plan, &rows[i], suite_rows[i].unit));
    json_dumpf(all, out, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
    fputc('\n', out);
    json_decref(all);
    return is_slower(rows);
}
