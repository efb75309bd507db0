/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/compare.h"
#include "bench/vbench/host.h"
#include "bench/vbench/table.h"

#include <math.h>
#include <string.h>

struct tally {
    unsigned same, better, within, worse, gone;
    struct verdict_list *list;
};

/* In instructions, which are nanoseconds; NAN for a row that is gone. */
static void list_add(struct verdict_list *list, enum column_id column, enum row_id row, double was,
                     double is, double tolerance)
{
    double ns = unit_ns(suite_rows[row].unit), allowed = fabs(was) * tolerance;
    bool fails = isnan(is) || is - was > allowed;
    verdict_add(list, &(struct verdict_row){column, row, false, was * ns, is * ns, fails,
                                            was - is > allowed});
}

static void compare_row(FILE *out, enum column_id column, enum row_id row, const struct metric *a,
                        const struct metric *b, double tolerance, struct tally *tally)
{
    char before[NUMBER_MAX], after[NUMBER_MAX];
    double was, is;
    if (!metric_value(a, row, &was))
        return;
    if (!metric_value(b, row, &is))
        is = NAN;
    list_add(tally->list, column, row, was, is, tolerance);
    if (isnan(is)) {
        tally->gone++;
        fprintf(out, "%-14s %-17s is missing in the second document\n", column_names[column],
                suite_rows[row].name);
        return;
    }
    if (was == is) {
        tally->same++;
        return;
    }
    double change = (is - was) / fabs(was);
    const char *word = change > tolerance ? "WORSE" : change < -tolerance ? "better" : "within";
    tally->worse += change > tolerance;
    tally->better += change < -tolerance;
    tally->within += fabs(change) <= tolerance;
    fprintf(out, "%-14s %-17s %10s -> %10s %s  %+7.2f %%  %s\n", column_names[column],
            suite_rows[row].name, number_print(before, was), number_print(after, is),
            suite_rows[row].unit, change * 100, word);
}

static void compare_columns(FILE *out, const struct column *a, const struct column *b,
                            enum column_id name, double tolerance, struct tally *tally)
{
    if (!a->asked || !b->asked)
        return;
    for (int i = 0; i < ROWS; i++)
        if (row_is_shown(i))
            compare_row(out, name, i, a->metrics, b->metrics, tolerance, tally);
}

int compare_print(FILE *out, const struct result *a, const struct result *b, int from, int to,
                  double tolerance, struct verdict_list *list)
{
    struct tally tally = {.list = list};
    list->n = list->failed = 0;
    if (from != SAME_COLUMNS)
        compare_columns(out, &a->columns[from], &b->columns[to], to, tolerance, &tally);
    for (int c = 0; from == SAME_COLUMNS && c < COLUMNS; c++)
        compare_columns(out, &a->columns[c], &b->columns[c], c, tolerance, &tally);
    unsigned all = tally.same + tally.better + tally.within + tally.worse + tally.gone;
    if (all == 0) {
        complain("the two documents have no column and row in common");
        return EXIT_USAGE;
    }
    fprintf(out, "%u rows: %u identical, %u better, %u within %.2f %%, %u worse, %u missing\n", all,
            tally.same, tally.better, tally.within, tolerance * 100, tally.worse, tally.gone);
    return tally.worse || tally.gone ? EXIT_REGRESSION : EXIT_OK;
}
