/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/plot_data.h"
#include "bench/vbench/mean.h"
#include "bench/vbench/table.h"

#include <stdlib.h>
#include <string.h>

static void write_point(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, " %.4f", value);
    else
        fputs(" ?", out);
}

/* ---- ratios ---- */

static bool is_micro(enum row_id row)
{
    return suite_rows[row].suite == SUITE_quick || suite_rows[row].suite == SUITE_micro;
}

static bool is_comparable(const struct figures *f)
{
    return !isnan(f->ratio[COLUMN_VANTAGE]) || !isnan(f->ratio[COLUMN_XEN]);
}

unsigned write_ratios(FILE *out, const struct study *s, const char *table)
{
    const struct result *all = &s->documents.all;
    unsigned lines = 0;
    if (base_column(all) != COLUMN_NATIVE)
        return 0;
    fprintf(out, "# row label paper-xen-2003 vantage xen-4.17 xen-fast uml   (ratio to native)\n");
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures_of(all, &s->paper, i);
        bool is_asked = table ? !strcmp(suite_rows[i].table, table) : row_is_shown(i) && is_micro(i);
        if (!is_asked || !is_comparable(&f))
            continue;
        fprintf(out, "%u %s", lines++, suite_rows[i].name);
        write_point(out, f.paper_ratio);
        write_point(out, f.ratio[COLUMN_VANTAGE]);
        write_point(out, f.ratio[COLUMN_XEN]);
        write_point(out, f.ratio[COLUMN_XEN_FAST]);
        write_point(out, f.ratio[COLUMN_UML]);
        fputc('\n', out);
    }
    return lines;
}

unsigned write_all_ratios(FILE *out, const struct study *s, const char *unused)
{
    return write_ratios(out, s, NULL);
}

/* ---- Figure 3 ---- */

/* The first row of the cell in suite.def; ROW_NONE without one. */
static enum row_id figure3_row(const char *cell)
{
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(suite_rows[i].table, "figure3") && !strcmp(suite_rows[i].cell, cell))
            return i;
    return ROW_NONE;
}

unsigned write_figure3_bars(FILE *out, const struct study *s, const char *unused)
{
    static const enum paper_system systems[] = {PAPER_NATIVE, PAPER_XEN, PAPER_VMW, PAPER_UML};
    static const enum column_id columns[] = {COLUMN_VANTAGE, COLUMN_XEN, COLUMN_UML};
    fprintf(out, "# benchmark, then L X V U of 2003, vantage xen-4.17 uml   (performance, native = 1)\n");
    for (int k = 0; k < FIGURE3_CELLS; k++) {
        const struct paper_cell *cell = &s->paper.figure3[k];
        enum row_id row = figure3_row(figure3_cells[k]);
        fprintf(out, "\"%s\"", figure3_cells[k]);
        for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
            write_point(out, 1 / paper_ratio(cell, systems[i]));
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
            write_point(out, row == ROW_NONE ? NAN : 1 / cell_ratio(&s->documents.all, row, columns[i]));
        fputc('\n', out);
    }
    return FIGURE3_CELLS;
}

/* ---- batching ---- */

#define BATCH_PREFIX "mmu_update_"

unsigned write_batching(FILE *out, const struct study *s, const char *unused)
{
    unsigned lines = 0;
    fprintf(out, "# entries vantage xen-4.17 xen-fast   (instructions per entry)\n");
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures_of(&s->documents.all, &s->paper, i);
        if (strncmp(suite_rows[i].name, BATCH_PREFIX, strlen(BATCH_PREFIX)) || !is_measured(&f))
            continue;
        fprintf(out, "%s", suite_rows[i].name + strlen(BATCH_PREFIX));
        write_point(out, f.value[COLUMN_VANTAGE]);
        write_point(out, f.value[COLUMN_XEN]);
        write_point(out, f.value[COLUMN_XEN_FAST]);
        fputc('\n', out);
        lines++;
    }
    return lines;
}

/* ---- many domains ---- */

unsigned write_scale(FILE *out, const struct study *s, const char *unused)
{
    unsigned lines = 0;
    fprintf(out, "# domains vantage-5-ms vantage-50-ms paper-linux paper-xen-50-ms paper-xen-5-ms   "
                 "(throughput by CPU, over one's)\n");
    for (; lines < SCALE_POINTS && s->scale[lines].domains; lines++) {
        fprintf(out, "%u", s->scale[lines].domains);
        for (int c = 0; c < SCALE_CURVES; c++)
            write_point(out, s->scale[lines].throughput[c]);
        fputc('\n', out);
    }
    return lines;
}

/* ---- breakdown ---- */

static void write_parts(FILE *out, const struct parts *p)
{
    double percent = 100 / (p->user + p->kernel + p->hypervisor);
    write_point(out, p->user * percent);
    write_point(out, p->kernel * percent);
    write_point(out, p->hypervisor * percent);
}

unsigned write_breakdown(FILE *out, const struct study *s, const char *unused)
{
    unsigned lines = 0;
    fprintf(out, "# row label, then user kernel hypervisor of vantage, of xen-4.17   (percent)\n");
    for (int i = 0; i < ROWS; i++) {
        if (!row_is_shown(i) || !has_parts(s, COLUMN_VANTAGE, i))
            continue;
        fprintf(out, "%u %s", lines++, suite_rows[i].name);
        write_parts(out, &s->parts[COLUMN_VANTAGE][i]);
        write_parts(out, &s->parts[COLUMN_XEN][i]);
        fputc('\n', out);
    }
    return lines;
}

/* ---- history ---- */

/* Benchmarks that have a line of their own. */
static const enum row_id followed[] = {ROW_null_call, ROW_fork_exit,  ROW_fork_exec,
                                       ROW_ctx_2p_0k, ROW_page_fault, ROW_pipe_latency};

static double history_ratio(const struct result *r, enum column_id column, enum row_id row)
{
    static const struct paper none;
    return base_column(r) == COLUMN_NATIVE ? figures_of(r, &none, row).ratio[column] : NAN;
}

/* A document without all the followed rows is of another suite. */
static bool is_in_history(const struct result *r)
{
    for (size_t i = 0; i < sizeof followed / sizeof *followed; i++)
        if (isnan(history_ratio(r, COLUMN_VANTAGE, followed[i])))
            return false;
    return true;
}

/* Has every document of the history this row, on Vantage and on Xen? */
static bool is_common(const struct documents *d, enum row_id row)
{
    for (unsigned i = 0; i < d->n; i++) {
        const struct result *r = &d->of[i].result;
        if (is_in_history(r) && (isnan(history_ratio(r, COLUMN_VANTAGE, row)) ||
                                 isnan(history_ratio(r, COLUMN_XEN, row))))
            return false;
    }
    return row_is_shown(row);
}

static double common_geomean(const struct documents *d, const struct result *r, enum column_id column)
{
    struct mean mean = {0};
    for (int i = 0; i < ROWS; i++)
        if (is_common(d, i))
            mean_add(&mean, history_ratio(r, column, i));
    return mean_value(&mean);
}

unsigned write_history(FILE *out, const struct study *s, const char *unused)
{
    const struct documents *d = &s->history;
    unsigned lines = 0;
    fprintf(out, "number commit vantage xen-4.17");
    for (size_t i = 0; i < sizeof followed / sizeof *followed; i++)
        fprintf(out, " %s", suite_rows[followed[i]].name);
    fputc('\n', out);
    for (unsigned k = d->n; k-- > 0;) {
        const struct result *r = &d->of[k].result;
        if (!is_in_history(r))
            continue;
        fprintf(out, "%u %s", lines++, r->commit ? r->commit : "?");
        write_point(out, common_geomean(d, r, COLUMN_VANTAGE));
        write_point(out, common_geomean(d, r, COLUMN_XEN));
        for (size_t i = 0; i < sizeof followed / sizeof *followed; i++)
            write_point(out, history_ratio(r, COLUMN_VANTAGE, followed[i]));
        fputc('\n', out);
    }
    return lines;
}
