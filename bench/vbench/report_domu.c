/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_domu.h"
#include "bench/vbench/mean.h"
#include "bench/vbench/table.h"

static const enum column_id domus[] = {COLUMN_VANTAGE_DOMU, COLUMN_XEN_DOMU};

enum { DOMUS = sizeof domus / sizeof *domus };

/* [domu.one] */
static const struct result *source_of(const struct study *s, enum row_id row)
{
    for (unsigned i = 0; i < s->documents.n; i++) {
        const struct result *r = &s->documents.of[i].result;
        for (int d = 0; d < DOMUS; d++)
            if (metric_is_there(&r->columns[domus[d]].metrics[row]))
                return r;
    }
    return NULL;
}

static double ratio_to_native(const struct figures *f, enum column_id column)
{
    return f->value[column] / f->value[COLUMN_NATIVE];
}

static void write_row(FILE *out, const struct figures *f, enum row_id row, struct mean mean[DOMUS])
{
    char text[NUMBER_MAX];
    fprintf(out, "| %s<br>`%s` | %s | %s |", suite_rows[row].cell, suite_rows[row].name,
            suite_rows[row].unit, number_print(text, f->value[COLUMN_NATIVE]));
    for (int d = 0; d < DOMUS; d++) {
        double ratio = ratio_to_native(f, domus[d]);
        mean_add(&mean[d], ratio);
        fprintf(out, " %s |", number_print(text, f->value[domus[d]]));
        fprintf(out, " %s |", ratio_print(text, ratio));
    }
    fprintf(out, " %s |\n",
            ratio_print(text, f->value[COLUMN_VANTAGE_DOMU] / f->value[COLUMN_XEN_DOMU]));
}

static const char heading[] =
    "## In a domU\n\n"
    "The same programs in a domain that Debian's xl made, beside a dom0 that only forwards its console. Rows\n"
    "of disk and network (suite io) are served by dom0's back ends there; natively they are the RAM disk and\n"
    "the loopback interface themselves.\n\n"
    "| benchmark | unit | native | Vantage, domU | times native | Xen 4.17, domU | times native | Vantage / "
    "Xen |\n|---|---|--:|--:|--:|--:|--:|--:|\n";

void write_domu(FILE *out, const struct study *s)
{
    struct mean mean[DOMUS] = {{0}};
    char text[NUMBER_MAX];
    bool is_begun = false;
    for (int i = 0; i < ROWS; i++) {
        const struct result *r = row_is_shown(i) ? source_of(s, i) : NULL;
        if (!r)
            continue;
        if (!is_begun)
            fputs(heading, out);
        is_begun = true;
        struct figures f = figures_of(r, &s->paper, i);
        write_row(out, &f, i, mean);
    }
    if (!is_begun)
        return;
    fprintf(out, "| geometric mean | | |");
    for (int d = 0; d < DOMUS; d++)
        fprintf(out, " | %s |", ratio_print(text, mean_value(&mean[d])));
    fprintf(out, " |\n\n");
}
