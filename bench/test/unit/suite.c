/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of benchmarks, what a choice of rows brings along, and the value of a row's samples. */
#include "bench/test/unit/unit.h"

static bool table_is_sound(void)
{
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &suite_rows[i];
        int term = row_find(r->minus);
        if (row_find(r->name) != i || r->iterations == 0 || r->samples == 0 ||
            r->samples > SAMPLES_MAX)
            return false;
        if (*r->minus && (term == ROW_NONE || term == i))
            return false;
        if (term != ROW_NONE && r->suite == SUITE_quick && suite_rows[term].suite != SUITE_quick)
            return false;
    }
    return true;
}

static void test_selection(void)
{
    struct selection s = {0}, micro = {0}, quick = {0};
    check(table_is_sound(), "suite.def: names are unique, subtracted rows exist in the same suite");
    check(selection_add(&s, "protection_fault") && selection_count(&s) == 3 && s.has[ROW_kill_null],
          "a row brings the rows it subtracts");
    check(!selection_add(&s, "no_such_row"), "an unknown name is refused");
    check(selection_add(&quick, "quick") && selection_count(&quick) < ROWS && quick.has[ROW_null_call],
          "a suite is its rows");
    check(selection_add(&micro, "micro") && selection_count(&micro) > selection_count(&quick) &&
              micro.has[ROW_null_call],
          "a suite brings the rows of the one it extends");
    check(suites_share_image(SUITE_quick, SUITE_micro) &&
              !suites_share_image(SUITE_quick, SUITE_hyper) && !suite_has_native(SUITE_hyper),
          "a mini guest boots alone, and not natively");
}

static void test_samples(void)
{
    static struct metric m[ROWS];
    double v;
    metric_set(&m[ROW_null_call], 10, 3, (uint64_t[]){9000, 1000, 5000});
    check(metric_median(&m[ROW_null_call]) == 500, "median of an odd number, unsorted, per operation");
    metric_set(&m[ROW_null_call], 1, 4, (uint64_t[]){4, 1, 3, 100});
    check(metric_median(&m[ROW_null_call]) == 3.5, "median of an even number");
    metric_set(&m[ROW_protection_fault], 1, 1, (uint64_t[]){9000});
    check(!metric_value(m, ROW_protection_fault, &v), "no value while a subtracted row is missing");
    metric_set(&m[ROW_signal_handle], 1, 1, (uint64_t[]){5000});
    metric_set(&m[ROW_kill_null], 1, 1, (uint64_t[]){1000});
    check(metric_value(m, ROW_protection_fault, &v) && v == 5.0, "a - (b - c), in microseconds");
    metric_set(&m[ROW_time_to_init], 1, 1, (uint64_t[]){1500000000});
    check(metric_value(m, ROW_time_to_init, &v) && v == 1.5, "seconds where the row says so");
}

void test_suite(void)
{
    test_selection();
    test_samples();
}
