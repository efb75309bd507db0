/* SPDX-License-Identifier: BSD-2-Clause */
/* The comparison of two documents, or of two columns of one. */
#include "bench/vbench/compare.h"
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"

#include <stdio.h>

static int status_of(const struct result *a, const struct result *b, int from, int to,
                     double tolerance)
{
    static struct verdict_list list;
    FILE *nowhere = fopen("/dev/null", "w");
    int status = compare_print(nowhere, a, b, from, to, tolerance, &list);
    fclose(nowhere);
    return status;
}

static int same_columns(const struct result *a, const struct result *b, double tolerance)
{
    return status_of(a, b, SAME_COLUMNS, SAME_COLUMNS, tolerance);
}

void test_compare(void)
{
    static struct result a, b;
    result_make(&a);
    result_make(&b);
    check(same_columns(&a, &b, 0) == EXIT_OK, "compare: the same is the same");
    b.columns[COLUMN_VANTAGE].metrics[ROW_stat].sample[1] += 100000;
    check(same_columns(&a, &b, 0.005) == EXIT_REGRESSION, "compare: slower fails");
    check(same_columns(&b, &a, 0.005) == EXIT_OK, "compare: faster does not");
    check(status_of(&a, &a, COLUMN_XEN, COLUMN_VANTAGE, 0.005) == EXIT_OK &&
              status_of(&a, &a, COLUMN_VANTAGE, COLUMN_XEN, 0.005) == EXIT_REGRESSION,
          "compare: two columns of one document");
    b.columns[COLUMN_VANTAGE].metrics[ROW_stat].n = 0;
    check(same_columns(&a, &b, 0.005) == EXIT_REGRESSION, "compare: a missing row fails");
    result_free(&a);
    result_free(&b);
}
