/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_tables.h"

#include <math.h>
#include <string.h>

static bool is_of(enum row_id row, const char *table)
{
    return !strcmp(suite_rows[row].table, table);
}

static struct figures figures_in(const struct study *s, enum row_id row)
{
    return figures_of(&s->documents.all, &s->paper, row);
}

static bool is_shown_in(const struct study *s, enum row_id row, const char *table)
{
    struct figures f = figures_in(s, row);
    return is_of(row, table) && is_measured(&f);
}

bool has_table(const struct study *s, const char *table)
{
    for (int i = 0; i < ROWS; i++)
        if (is_shown_in(s, i, table))
            return true;
    return false;
}

/* ---- the paper's layout ---- */

/* A line of a table whose columns are benchmarks: a number for a row of suite.def, NAN for none. */
typedef double (*number_of)(const struct study *s, enum row_id row, int which);

static double ratio_in(const struct study *s, enum row_id row, int column)
{
    return figures_in(s, row).ratio[column];
}

static double value_in(const struct study *s, enum row_id row, int column)
{
    return figures_in(s, row).value[column];
}

static double paper_ratio_in(const struct study *s, enum row_id row, int system)
{
    return paper_ratio(&s->paper.cell[row], system);
}

static double paper_value_in(const struct study *s, enum row_id row, int system)
{
    double value = s->paper.cell[row].value[system];
    return value > 0 ? value : NAN;
}

static double share_in(const struct study *s, enum row_id row, int unused)
{
    return figures_in(s, row).share;
}

static double half_in(const struct study *s, enum row_id row, int unused)
{
    return figures_in(s, row).half;
}

static double goal_in(const struct study *s, enum row_id row, int unused)
{
    return figures_in(s, row).goal;
}

/* As the paper prints it. */
static char *paper_print(char to[NUMBER_MAX], double value)
{
    if (isnan(value))
        return strcpy(to, "-");
    snprintf(to, NUMBER_MAX, "%g", value);
    return to;
}

typedef char *(*printer)(char to[NUMBER_MAX], double value);

/* A table with a column per benchmark, or per cell of the paper, in the paper's order. */
struct layout {
    const struct study *s;
    enum { PER_ROW, PER_CELL } kind;
    enum row_id column[ROWS];
    int n;
};

static void layout_add(struct layout *l, enum row_id row)
{
    int at = l->n++;
    for (; at > 0 && l->s->paper.cell[l->column[at - 1]].place > l->s->paper.cell[row].place; at--)
        l->column[at] = l->column[at - 1];
    l->column[at] = row;
}

static struct layout layout_of(const struct study *s, const char *table, int kind)
{
    struct layout l = {.s = s, .kind = kind};
    for (int i = 0; i < ROWS; i++)
        if (is_shown_in(s, i, table) && (kind == PER_ROW || is_first_of_cell(i)))
            layout_add(&l, i);
    return l;
}

static void write_heading(FILE *out, const struct layout *l, const char *corner)
{
    fprintf(out, "| %s |", corner);
    for (int i = 0; i < l->n; i++) {
        const struct row *row = &suite_rows[l->column[i]];
        fprintf(out, " %s", row->cell);
        if (l->kind == PER_ROW)
            fprintf(out, "<br>`%s`", row->name);
        fprintf(out, " |");
    }
    fprintf(out, "\n|---|");
    for (int i = 0; i < l->n; i++)
        fprintf(out, "--:|");
    fputc('\n', out);
}

/* Left out when no benchmark of the table has this number. */
static void write_line(FILE *out, const struct layout *l, const char *title, number_of number, int which,
                       printer print, const char *mark)
{
    char text[NUMBER_MAX];
    bool is_empty = true;
    for (int i = 0; i < l->n; i++)
        is_empty &= isnan(number(l->s, l->column[i], which));
    if (is_empty)
        return;
    fprintf(out, "| %s%s%s |", mark, title, mark);
    for (int i = 0; i < l->n; i++)
        fprintf(out, " %s%s%s |", mark, print(text, number(l->s, l->column[i], which)), mark);
    fputc('\n', out);
}

static void write_unmeasured(FILE *out, const struct study *s, const char *table)
{
    const char *before = "Not measured in these documents: ";
    for (int i = 0; i < ROWS; i++) {
        if (!is_of(i, table) || is_shown_in(s, i, table))
            continue;
        fprintf(out, "%s`%s`", before, suite_rows[i].name);
        before = ", ";
    }
    if (*before == ',')
        fprintf(out, ".\n\n");
}

static const char *const of_2003[PAPER_SYSTEMS] = {"L-SMP, 2003", "L-UP, 2003", "Xen, 2003",
                                                   "VMW, 2003", "UML, 2003"};

/* A line for each of our columns from the first on. */
static void write_columns(FILE *out, const struct layout *l, int first, number_of number, printer print)
{
    for (int c = first; c < COLUMNS; c++)
        write_line(out, l, column_titles[c], number, c, print, c == COLUMN_VANTAGE ? "**" : "");
}

/* And for each system of the paper. */
static void write_systems(FILE *out, const struct layout *l, int first, number_of number, printer print)
{
    for (int p = first; p < PAPER_SYSTEMS; p++)
        write_line(out, l, of_2003[p], number, p, print, "");
}

void write_paper_table(FILE *out, const struct study *s, const char *table)
{
    const struct layout l = layout_of(s, table, PER_ROW);
    write_heading(out, &l, "times native");
    write_columns(out, &l, COLUMN_VANTAGE, ratio_in, ratio_print);
    write_line(out, &l, "Vantage's part of Xen's overhead", share_in, 0, percent_print, "");
    write_line(out, &l, "ratio at half of it", half_in, 0, ratio_print, "");
    write_line(out, &l, "goal", goal_in, 0, ratio_print, "");
    write_systems(out, &l, PAPER_XEN, paper_ratio_in, ratio_print);
    fputc('\n', out);
    write_heading(out, &l, "microseconds");
    write_columns(out, &l, COLUMN_NATIVE, value_in, number_print);
    write_systems(out, &l, PAPER_L_SMP, paper_value_in, paper_print);
    fputc('\n', out);
    write_unmeasured(out, s, table);
}

/* ---- a line per benchmark ---- */

static void write_row(FILE *out, const struct study *s, enum row_id row)
{
    struct figures f = figures_in(s, row);
    char text[NUMBER_MAX];
    fprintf(out, "| %s<br>`%s` | %s |", suite_rows[row].cell, suite_rows[row].name,
            suite_rows[row].unit);
    fprintf(out, " %s |", number_print(text, f.value[COLUMN_NATIVE]));
    fprintf(out, " %s |", number_print(text, f.value[COLUMN_VANTAGE]));
    fprintf(out, " **%s** |", ratio_print(text, f.ratio[COLUMN_VANTAGE]));
    fprintf(out, " %s |", number_print(text, f.value[COLUMN_XEN]));
    for (int c = COLUMN_XEN; c <= COLUMN_UML; c++)
        fprintf(out, " %s |", ratio_print(text, f.ratio[c]));
    fprintf(out, " %s |", percent_print(text, f.share));
    fprintf(out, " %s |", ratio_print(text, f.half));
    fprintf(out, " %s |\n", ratio_print(text, f.goal));
}

void write_row_table(FILE *out, const struct study *s, const char *table)
{
    fprintf(out, "| benchmark | unit | native | Vantage | times native | Xen 4.17 | times native | no "
                 "mitigations | user-mode Linux | part of Xen's overhead | ratio at half | goal |\n"
                 "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (int i = 0; i < ROWS; i++)
        if (is_shown_in(s, i, table))
            write_row(out, s, i);
    fputc('\n', out);
    write_unmeasured(out, s, table);
}

void write_beside_xen(FILE *out, const struct study *s, const char *table)
{
    char text[NUMBER_MAX];
    fprintf(out, "| primitive | Vantage | Xen 4.17 | no mitigations | Vantage / Xen |\n"
                 "|---|--:|--:|--:|--:|\n");
    for (int i = 0; i < ROWS; i++) {
        if (!is_shown_in(s, i, table))
            continue;
        struct figures f = figures_in(s, i);
        fprintf(out, "| %s<br>`%s` |", suite_rows[i].cell, suite_rows[i].name);
        fprintf(out, " %s |", number_print(text, f.value[COLUMN_VANTAGE]));
        fprintf(out, " %s |", number_print(text, f.value[COLUMN_XEN]));
        fprintf(out, " %s |", number_print(text, f.value[COLUMN_XEN_FAST]));
        fprintf(out, " **%s** |\n",
                ratio_print(text, f.value[COLUMN_VANTAGE] / f.value[COLUMN_XEN]));
    }
    fputc('\n', out);
    write_unmeasured(out, s, table);
}

/* ---- a column per cell ---- */

/* Performance relative to native is what Figure 3 shows: the inverse of our ratios. */
static double relative_in(const struct study *s, enum row_id row, int column)
{
    return 1 / cell_ratio(&s->documents.all, row, column);
}

static double paper_relative_in(const struct study *s, enum row_id row, int system)
{
    return 1 / paper_ratio_in(s, row, system);
}

void write_relative_table(FILE *out, const struct study *s, const char *table)
{
    const struct layout l = layout_of(s, table, PER_CELL);
    write_heading(out, &l, "part of native's performance");
    write_columns(out, &l, COLUMN_VANTAGE, relative_in, ratio_print);
    write_systems(out, &l, PAPER_XEN, paper_relative_in, ratio_print);
    fputc('\n', out);
    write_row_table(out, s, table);
}
