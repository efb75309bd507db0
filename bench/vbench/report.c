/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report.h"
#include "bench/vbench/host.h"
#include "bench/vbench/mean.h"
#include "bench/vbench/plot.h"
#include "bench/vbench/report_domu.h"
#include "bench/vbench/report_exact.h"
#include "bench/vbench/report_instances.h"
#include "bench/vbench/report_isolation.h"
#include "bench/vbench/report_notes.h"
#include "bench/vbench/report_response.h"
#include "bench/vbench/report_tables.h"
#include "bench/vbench/report_wall.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The groups of rows, in the order of the page. Micro-benchmarks come first. */
static const struct group {
    const char *table, *title, *plot;
    void (*write)(FILE *out, const struct study *s, const char *table);
} groups[] = {
    {"3", "Processes (Table 3)", "table3", write_paper_table},
    {"4", "Context switching (Table 4)", "table4", write_paper_table},
    {"5", "Files and virtual memory (Table 5)", "table5", write_paper_table},
    {"vm", "Page tables", NULL, write_row_table},
    {"local", "Local communication", NULL, write_row_table},
    {"boot", "Start-up", NULL, write_row_table},
    {"figure3", "Applications (Figure 3)", "figure3", write_relative_table},
    {"6", "Network (Table 6)", NULL, write_relative_table},
    {"macro", "Further applications", NULL, write_row_table},
};

enum { GROUPS = sizeof groups / sizeof *groups, MICRO_GROUPS = 6, FIGURE3_GROUP = MICRO_GROUPS };

static void write_picture(FILE *out, const char *plot, const char *title)
{
    fprintf(out, "![%s](plots/%s.svg)\n\n", title, plot);
}

/* ---- the first screen ---- */

/* How many rows have at most half of Xen's overhead, reach their goal, reach the paper's Xen. */
static void write_goals(FILE *out, const struct study *s)
{
    struct {
        unsigned of, reached;
    } half = {0}, goal = {0}, paper = {0};
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures_of(&s->documents.all, &s->paper, i);
        double ours = f.ratio[COLUMN_VANTAGE];
        if (!row_is_shown(i) || isnan(ours))
            continue;
        half.of += !isnan(f.half);
        half.reached += ours <= f.half;
        goal.of += !isnan(f.goal);
        goal.reached += ours <= f.goal;
        paper.of += !isnan(f.paper_ratio);
        paper.reached += ours <= f.paper_ratio;
    }
    fprintf(out,
            "It adds at most half of Xen's overhead in %u of %u benchmarks, reaches its goal in %u of %u, "
            "and the\nratio of the 2003 paper's Xen in %u of %u.\n\n",
            half.reached, half.of, goal.reached, goal.of, paper.reached, paper.of);
}

/* Geometric mean of a column's ratios over groups; in those with a column per cell, over cells. */
static struct mean mean_of(const struct study *s, const struct group *group, int n, enum column_id column)
{
    const struct result *all = &s->documents.all;
    struct mean mean = {0};
    for (; n-- > 0; group++)
        for (int i = 0; i < ROWS; i++) {
            if (strcmp(suite_rows[i].table, group->table))
                continue;
            if (group->write != write_relative_table)
                mean_add(&mean, figures_of(all, &s->paper, i).ratio[column]);
            else if (is_first_of_cell(i))
                mean_add(&mean, cell_ratio(all, i, column));
        }
    return mean;
}

static void write_sentence(FILE *out, const struct study *s)
{
    struct mean vantage = mean_of(s, groups, MICRO_GROUPS, COLUMN_VANTAGE);
    struct mean xen = mean_of(s, groups, MICRO_GROUPS, COLUMN_XEN);
    if (vantage.n == 0)
        return;
    fprintf(out, "**Vantage takes %.2f times the instructions of native Linux", mean_value(&vantage));
    if (xen.n)
        fprintf(out, " where Xen 4.17 takes %.2f", mean_value(&xen));
    fprintf(out, "**: geometric\nmean of %u micro-benchmarks, the same stock Debian kernel in all.\n",
            vantage.n);
    write_goals(out, s);
}

static void write_applications(FILE *out, const struct study *s)
{
    const struct group *figure3 = &groups[FIGURE3_GROUP];
    struct mean vantage = mean_of(s, figure3, 1, COLUMN_VANTAGE), xen = mean_of(s, figure3, 1, COLUMN_XEN);
    if (vantage.n == 0 || xen.n == 0)
        return;
    fprintf(out,
            "Applications (Figure 3) have %.3f of native's performance on Vantage and %.3f on Xen 4.17; the "
            "same\ncells of the paper have %.3f on its Xen.\n\n",
            1 / mean_value(&vantage), 1 / mean_value(&xen),
            1 / paper_geomean(&s->paper, figure3->table, PAPER_XEN));
}

static void write_mean(FILE *out, struct mean mean, unsigned rows, const char *mark)
{
    char text[NUMBER_MAX];
    fprintf(out, " %s%s%s", mark, ratio_print(text, mean_value(&mean)), mark);
    if (mean.n && mean.n != rows)
        fprintf(out, " (%u)", mean.n);
    fprintf(out, " |");
}

static void write_means(FILE *out, const struct study *s, const struct group *group, int n,
                        const char *title, const char *table)
{
    char text[NUMBER_MAX];
    struct mean vantage = mean_of(s, group, n, COLUMN_VANTAGE);
    if (vantage.n == 0)
        return;
    fprintf(out, "| %s | %u |", title, vantage.n);
    write_mean(out, vantage, vantage.n, "**");
    for (int c = COLUMN_XEN; c <= COLUMN_UML; c++)
        write_mean(out, mean_of(s, group, n, c), vantage.n, "");
    fprintf(out, " %s |\n", ratio_print(text, paper_geomean(&s->paper, table, PAPER_XEN)));
}

static void write_table_of_means(FILE *out, const struct study *s)
{
    fprintf(out, "| times native | rows | Vantage | Xen 4.17 | no mitigations | user-mode Linux | Xen in "
                 "the 2003 paper |\n|---|--:|--:|--:|--:|--:|--:|\n");
    write_means(out, s, groups, MICRO_GROUPS, "all micro-benchmarks", NULL);
    for (int g = 0; g < GROUPS; g++)
        write_means(out, s, &groups[g], 1, groups[g].title, groups[g].table);
    fputc('\n', out);
}

/* Which state of the tree, when. */
static void write_origin(FILE *out, const struct study *s)
{
    const char *before = "Measured in deterministic mode (1 ns of virtual time is 1 instruction): ";
    for (unsigned i = 0; i < s->documents.n; i++) {
        const struct result *r = &s->documents.of[i].result;
        if (!s->documents.of[i].is_used)
            continue;
        fprintf(out, "%ssuite %s at commit %s, %.10s", before, r->suite ? r->suite : "unknown",
                r->commit ? r->commit : "unknown", r->date ? r->date : "unknown");
        before = "; ";
    }
    fprintf(out, ".\n\n");
}

/* Without native Linux there is nothing to compare with: the primitives' table is all. */
static void write_verdict(FILE *out, const struct study *s)
{
    const struct result *all = &s->documents.all;
    unsigned rows;
    ratio_geomean(all, COLUMN_VANTAGE, &rows);
    bool is_compared = base_column(all) == COLUMN_NATIVE && rows;
    if (is_compared) {
        write_sentence(out, s);
        write_applications(out, s);
        write_table_of_means(out, s);
    }
    for (int c = 0; c < COLUMNS; c++)
        if (all->columns[c].reason)
            fprintf(out, "%s is not complete: %s\n\n", column_titles[c], all->columns[c].reason);
    write_origin(out, s);
    if (is_compared)
        write_picture(out, "ratios", "Cost of virtualization by benchmark");
}

/* ---- the page ---- */

static void write_group(FILE *out, const struct study *s, const struct group *group)
{
    if (!has_table(s, group->table))
        return;
    fprintf(out, "## %s\n\n", group->title);
    group->write(out, s, group->table);
    if (group->plot)
        write_picture(out, group->plot, group->title);
}

static void write_hyper(FILE *out, const struct study *s)
{
    unsigned rows = 0, shorter = 0, halved = 0;
    if (!has_table(s, "hyper"))
        return;
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures_of(&s->documents.all, &s->paper, i);
        if (strcmp(suite_rows[i].table, "hyper") || isnan(f.value[COLUMN_VANTAGE] + f.value[COLUMN_XEN]))
            continue;
        rows++;
        shorter += f.value[COLUMN_VANTAGE] < f.value[COLUMN_XEN];
        halved += f.value[COLUMN_VANTAGE] <= fmin(f.value[COLUMN_XEN], f.value[COLUMN_XEN_FAST]) / 2;
    }
    fprintf(out,
            "## The hypervisor's primitives, in instructions\n\n"
            "From a guest without an operating system, the same on Vantage and on Xen. Vantage takes fewer\n"
            "instructions than Xen 4.17 in %u of %u, and at most half of those of its better configuration in %u.\n\n",
            shorter, rows, halved);
    write_beside_xen(out, s, "hyper");
    write_picture(out, "batching", "Instructions per page-table entry by size of the batch");
}

static void write_memory(FILE *out, const struct study *s)
{
    if (!has_table(s, "memory"))
        return;
    fprintf(out, "## The hypervisor's memory, in bytes\n\n"
                 "Beside its page tables. The paper has 20 kB for a domain.\n\n");
    write_beside_xen(out, s, "memory");
}

static void write_many(FILE *out, const struct study *s)
{
    unsigned last = 0;
    while (last + 1 < SCALE_POINTS && s->scale[last + 1].domains)
        last++;
    if (last == 0)
        return;
    const struct scale_point *p = &s->scale[last];
    fprintf(out,
            "## Many domains (Figure 6)\n\n%u domains that compute get %.1f %% less done than one with time slices "
            "of 5 ms and\n%.1f %% less with 50 ms; the paper's on two CPUs %.1f %% and %.1f %%. Mini guests on one "
            "CPU at commit\n%s (bench/scale). Under the instruction clock a switch costs its instructions, and "
            "nothing\nfor the caches that it leaves cold.\n\n",
            p->domains, 100 - 100 * p->throughput[SCALE_VANTAGE_5], 100 - 100 * p->throughput[SCALE_VANTAGE_50],
            100 - 100 * p->throughput[SCALE_PAPER_5], 100 - 100 * p->throughput[SCALE_PAPER_50],
            s->scale_commit ? s->scale_commit : "unknown");
    write_picture(out, "figure6", "Aggregate throughput of 1 to 128 domains");
    write_response(out);
}

static void write_insides(FILE *out, const struct study *s)
{
    if (s->parts_commit) {
        fprintf(out, "## Who executes them\n\nEvery instruction of an operation, counted by a QEMU plugin (bench/plugin) at commit %s. What\n"
                     "a row of the tables subtracts is still in it here.\n\n",
                s->parts_commit);
        write_picture(out, "breakdown", "User, kernel and hypervisor by benchmark");
    }
    fprintf(out, "## History\n\nThe documents kept in results/baseline/.\n\n");
    write_picture(out, "history", "Times native by commit");
}

static bool has_rows(const char *table)
{
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(suite_rows[i].table, table))
            return true;
    return false;
}

/* The sections that these documents have nothing for. */
static void write_absent(FILE *out, const struct study *s)
{
    const char *before = "Not in these documents: ";
    for (int g = 0; g < GROUPS; g++) {
        if (!has_rows(groups[g].table) || has_table(s, groups[g].table))
            continue;
        fprintf(out, "%s%s", before, groups[g].title);
        before = ", ";
    }
    if (*before == ',')
        fprintf(out, ".\n\n");
}

static void write_page(FILE *out, const struct study *s)
{
    fputs("# Benchmarks\n\n", out);
    write_verdict(out, s);
    write_how_to_read(out);
    for (int g = 0; g < GROUPS; g++)
        write_group(out, s, &groups[g]);
    write_instances_sections(out, s);
    write_many(out, s);
    write_isolation(out);
    write_domu(out, s);
    write_wall(out, s);
    write_hyper(out, s);
    write_memory(out, s);
    write_absent(out, s);
    write_remaining(out, s);
    write_insides(out, s);
    write_exactness(out, s);
    write_paper_notes(out);
    write_definitions(out, s);
    write_terms(out, s);
    write_documents(out, s);
}

int report_write(const struct study *s, const char *root)
{
    char *bytes = NULL, *path = text("%s/BENCHMARKS.md", root);
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    int rc = out ? 0 : -ENOMEM;
    if (out) {
        write_page(out, s);
        fclose(out);
        rc = file_replace(path, bytes, length);
    }
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    free(bytes);
    free(path);
    return rc ? rc : plots_draw(s, root, NULL);
}
