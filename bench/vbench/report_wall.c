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

static void write_cell(FILE *out, const struct spread *s)
{
    char text[NUMBER_MAX];
    if (s->n)
        fprintf(out, " %s (%.1f %%) |", number_print(text, s->median), 100 * (s->high - s->low) / s->median);
    else
        fputs(" - |", out);
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
            "them takes. Median of %u rounds that went row by row through the columns, and in brackets the distance\n"
            "of the quartiles; a verdict only where those of Vantage and of Xen's better configuration do not\n"
            "overlap. Vantage is no slower in %u rows, slower in %u, %u are noisy. On %s, at commit %s.\n\n"
            "| benchmark | unit | Vantage | Xen 4.17 | no mitigations | Vantage / better Xen | Vantage is |\n"
            "|---|---|--:|--:|--:|--:|---|\n",
            w->rounds, count(w, WALL_NO_SLOWER), count(w, WALL_SLOWER), count(w, WALL_NOISY), w->host, w->commit);
    for (int i = 0; i < ROWS; i++)
        if (w->rows[i].verdict != WALL_MISSING)
            write_row(out, i, &w->rows[i]);
    fputs("\n", out);
}
