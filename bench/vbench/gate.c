/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row fails when it is slower by more than the tolerance and by more than FLOOR instructions: a
 * row of twenty instructions may gain one without anybody being told.
 */
#define _GNU_SOURCE
#include "bench/vbench/gate.h"
#include "bench/vbench/gate_file.h"
#include "bench/vbench/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double FLOOR = 1.0; /* instructions per operation */

enum { FUNCTIONS_MAX = 20, EXPLAINED_MAX = 3 };

struct tally {
    unsigned tests, slower, faster, missing;
    struct selection to_explain; /* the first slower rows */
    struct verdict_list list;
};

static double change_of(double was, double is)
{
    return (is - was) / fabs(was);
}

static void judge_row(FILE *out, enum column_id column, enum row_id id, double was, double is,
                      const struct gate_rules *rules, struct tally *t)
{
    const char *row = suite_rows[id].name;
    double change = change_of(was, is);
    bool counts = fabs(change) > rules->tolerance && fabs(is - was) > FLOOR;
    bool slower = counts && change > 0, faster = counts && change < 0;
    bool fails = slower || isnan(is) || (faster && rules->is_strict);
    t->list.failed += fails;
    t->list.row[t->list.n++] = (struct verdict_row){column, id, was, is, fails, faster};
    fprintf(out, "%sok %u - %s %s", fails ? "not " : "", ++t->tests, column_names[column], row);
    if (isnan(is))
        fprintf(out, " has no result any more");
    else if (was != is)
        fprintf(out, " %.1f -> %.1f instructions (%+.2f %%)", was, is, change * 100);
    fprintf(out, "%s\n", faster ? ", faster; vbench accept records it" : "");
    if (slower && t->slower < EXPLAINED_MAX)
        t->to_explain.has[id] = true;
    t->slower += slower;
    t->faster += faster;
    t->missing += isnan(is);
}

/* Prints `name old new` for each function whose code has another size in the second ELF file. */
static const char sizes_script[] =
    "sizes() { nm -S --defined-only -- \"$1\" | "
    "awk 'NF == 4 && $3 ~ /[tT]/ { print $4, $2 }' | sort -k 1,1 -u; }; "
    "join -a 1 -a 2 -e 0 -o 0,1.2,2.2 <(sizes \"$GATE_WAS/vantage\") "
    "<(sizes \"$GATE_NOW/vantage\") | "
    "awk '$2 != $3'";

/* The functions whose code is not of the size it had: where to look first. */
static void explain_functions(FILE *out, const struct gate_rules *rules)
{
    char name[128];
    unsigned was, is, n = 0;
    setenv("GATE_WAS", rules->was, 1);
    setenv("GATE_NOW", rules->now, 1);
    setenv("GATE_SIZES", sizes_script, 1);
    FILE *said = popen("bash -c \"$GATE_SIZES\"", "r");
    while (said && fscanf(said, "%127s %x %x", name, &was, &is) == 3 && ++n <= FUNCTIONS_MAX)
        fprintf(out, "# code: %s %u -> %u bytes\n", name, was, is);
    if (said)
        pclose(said);
    if (n == 0)
        fprintf(out, "# code: no function of the hypervisor has another size\n");
}

/* What bench/explain/builds says about the slower rows: who, which visits, which functions. */
static void explain_counts(FILE *out, const struct gate_rules *rules, const struct tally *t)
{
    char *command = text("%s", "bench/explain/builds \"$GATE_WAS\" \"$GATE_NOW\""), line[512];
    for (int i = 0; i < ROWS; i++) {
        if (!t->to_explain.has[i])
            continue;
        char *longer = text("%s %s", command, suite_rows[i].name);
        free(command);
        command = longer;
    }
    setenv("GATE_WAS", rules->was, 1);
    setenv("GATE_NOW", rules->now, 1);
    FILE *said = popen(command, "r");
    while (said && fgets(line, sizeof line, said))
        fprintf(out, "# %s", line);
    if (!said || pclose(said) < 0)
        complain("cannot run bench/explain/builds");
    free(command);
}

static void explain(FILE *out, const struct gate_rules *rules, const struct tally *t)
{
    if (t->slower + t->missing == 0)
        return;
    fprintf(out, "# %u slower, %u missing, %u faster by more than %.2f %%\n", t->slower, t->missing,
            t->faster, rules->tolerance * 100);
    if (!rules->was || !rules->now)
        return;
    explain_functions(out, rules);
    fflush(out);
    if (t->slower)
        explain_counts(out, rules, t);
}

int gate_judge(FILE *out, const struct baseline *base, const struct baseline *now,
               const struct gate_rules *rules)
{
    static struct tally t;
    char *mismatch = baseline_mismatch(base, now);
    t = (struct tally){0};
    if (mismatch) {
        complain("cannot be compared: %s", mismatch);
        free(mismatch);
        return EXIT_NO_BASE;
    }
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (!isnan(base->value[c][i]))
                judge_row(out, c, i, base->value[c][i],
                          now->value[c][i], rules, &t);
    fprintf(out, "1..%u\n", t.tests);
    explain(out, rules, &t);
    if ((rules->junit && verdicts_to_junit(&t.list, rules->junit)) ||
        (rules->markdown && verdicts_to_markdown(&t.list, "Gate", rules->markdown)))
        return EXIT_NOT_RUN;
    if (t.tests == 0)
        return EXIT_NO_BASE;
    if (t.slower + t.missing)
        return EXIT_REGRESSION;
    return t.faster && rules->is_strict ? EXIT_IMPROVED : EXIT_OK;
}
