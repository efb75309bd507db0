/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_wall.h"
#include "bench/vbench/table.h"

static unsigned count(const struct wall *w, enum wall_verdict verdict)
{
    unsigned n = 0;
    for (int i = 0; i < ROWS; i++)
        n += w->rows[i].verdict == verdict;
    return n;
}

static void write_cell(FILE *out, const struct estimate *e)
{
    char text[NUMBER_MAX];
    if (!e->n) {
        fputs(" - |", out);
        return;
    }
    fprintf(out, " %s", number_print(text, e->median));
    fprintf(out, " (%s", number_print(text, e->low));
    fprintf(out, "-%s) |", number_print(text, e->high));
}

static void write_row(FILE *out, enum row_id id, const struct wall_row *row)
{
    static const enum column_id shown[] = {COLUMN_VANTAGE, COLUMN_XEN, COLUMN_XEN_FAST};
    char text[NUMBER_MAX];
    fprintf(out, "| %s<br>`%s` | %s |", suite_rows[id].cell, suite_rows[id].name, suite_rows[id].unit);
    for (unsigned i = 0; i < sizeof shown / sizeof *shown; i++)
        write_cell(out, &row->column[shown[i]]);
    fprintf(out, " %s | %s |\n",
            ratio_print(text, row->column[COLUMN_VANTAGE].median / wall_better_xen(row)->median),
            wall_verdict_name(row->verdict));
}

void write_wall(FILE *out, const struct study *s)
{
    const struct wall *w = &s->wall;
    if (!w->commit)
        return;
    fprintf(out,
            "## By the host's clock\n\n"
            "Without the instruction clock, by multi-threaded TCG, a CR3 load and a TLB flush cost what emulating\n"
            "them takes. Medians of the samples of %u rounds that went row by row through the columns, nothing\n"
            "subtracted, and in brackets their 99 %% confidence intervals; a verdict only where those of Vantage and\n"
            "of Xen's better configuration do not overlap. Samples of one machine are not independent, so take a\n"
            "close verdict for a hint. Vantage is faster in %u rows, slower in %u, and in %u not told apart. On\n"
            "%s, at commit %s.\n\n"
            "| benchmark | unit | Vantage | Xen 4.17 | no mitigations | Vantage / better Xen | Vantage is |\n"
            "|---|---|--:|--:|--:|--:|---|\n",
            w->rounds, count(w, WALL_FASTER), count(w, WALL_SLOWER), count(w, WALL_NOT_APART), w->host, w->commit);
    for (int i = 0; i < ROWS; i++)
        if (w->rows[i].verdict != WALL_MISSING)
            write_row(out, i, &w->rows[i]);
    fputs("\n", out);
}
