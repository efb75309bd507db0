/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_instances.h"

#include <math.h>

static const char web_heading[] =
    "## Web servers at the same time (Figure 4)\n\n"
    "Each instance is a web server and its client, which has eight connections (the mix of `web_mix`), on one CPU at\n"
    "commit %s (bench/instances): natively all on one Linux, else each in a domain of its own. Throughput over that\n"
    "of one instance on native Linux; in brackets Jain's index of fairness, which is 1 when all get the same. The paper\n"
    "has two CPUs, of which one instance uses both on Linux and one on Xen, and clients on other machines.\n\n";

static const char db_heading[] =
    "## Databases at the same time (Figure 5)\n\n"
    "Each instance is PostgreSQL and one client, `db_ir` for OSDB-IR and `db_oltp` for OSDB-OLTP, on one CPU at commit\n"
    "%s (bench/instances). Throughput over that of one on the same system; in brackets Jain's index of fairness, and for\n"
    "domains with weights 8 to 1 the largest relative difference of a domain's throughput from its weight's share.\n"
    "The disk is memory, so the processor is all that they compete for.\n\n";

static const char columns_heading[] = "| %s | native | Vantage | Xen 4.17 | Linux, 2003 | Xen, 2003 |\n"
                                      "|---|--:|--:|--:|--:|--:|\n";

static void write_bar(FILE *out, const struct instances *all, enum instances_work work, enum instances_case which,
                      enum instances_system system)
{
    const struct bar *bar = &all->bar[work][which][system];
    double height = bar_total(bar) / instances_unit(all, work, system);
    if (isnan(height))
        fprintf(out, " - |");
    else if (which == CASE_DIFF)
        fprintf(out, " %.3f (%.1f %%) |", height, 100 * bar_weight_error(bar));
    else if (bar->n > 1)
        fprintf(out, " %.3f (%.4f) |", height, bar_fairness(bar));
    else
        fprintf(out, " %.3f |", height);
}

/* Has anybody of today measured it? */
static bool is_measured_now(const struct instances *all, enum instances_work work, enum instances_case which)
{
    const struct bar *bars = all->bar[work][which];
    return bars[NOW_NATIVE].n + bars[NOW_VANTAGE].n + bars[NOW_XEN].n > 0;
}

static void write_table(FILE *out, const struct instances *all, enum instances_work work, const char *title)
{
    static const enum instances_system order[] = {NOW_NATIVE, NOW_VANTAGE, NOW_XEN, PAST_LINUX, PAST_XEN};
    fprintf(out, columns_heading, title);
    for (int c = 0; c < CASES; c++) {
        if (!is_measured_now(all, work, c))
            continue;
        fprintf(out, "| %s |", case_name(c));
        for (size_t i = 0; i < sizeof order / sizeof *order; i++)
            write_bar(out, all, work, c, order[i]);
        fputc('\n', out);
    }
    fputc('\n', out);
}

void write_instances_sections(FILE *out, const struct study *s)
{
    const struct instances *all = &s->instances;
    if (all->commit[WORK_WEB]) {
        fprintf(out, web_heading, all->commit[WORK_WEB]);
        write_table(out, all, WORK_WEB, "web servers");
        fprintf(out, "![Throughput of several web servers](plots/figure4.svg)\n\n");
    }
    if (all->commit[WORK_DB_IR]) {
        fprintf(out, db_heading, all->commit[WORK_DB_IR]);
        write_table(out, all, WORK_DB_IR, "OSDB-IR");
        write_table(out, all, WORK_DB_OLTP, "OSDB-OLTP");
        fprintf(out, "![Throughput of several databases](plots/figure5.svg)\n\n");
    }
}
