/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * [gate.value] a row fails when its median over the seeds is above the recorded one by more than the
 * tolerance, the band of either, and FLOOR instructions: a row of twenty may gain one without anybody
 * being told.
 * [gate.event] an event that no seed moves may not happen once more; one that seeds move may not leave
 * its band by more than the band's width.
 * [gate.cap] a primitive of bench/caps.def may not be above its cap, whatever is recorded.
 */
#define _GNU_SOURCE
#include "bench/vbench/gate.h"
#include "bench/vbench/gate_explain.h"
#include "bench/vbench/host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static const double FLOOR = 1.0;       /* instructions per operation */
static const double RECORDED = 0.0005; /* a baseline has three digits behind the point */

enum { EXPLAINED_MAX = 3, REASONS_MAX = 2048 };

static const struct cap {
    enum row_id row;
    double most;
} caps[] = {
#define CAP(name, most) {ROW_##name, most},
#include "bench/caps.def"
};

struct tally {
    unsigned tests, slower, faster, missing;
    struct selection to_explain; /* the first slower rows */
    struct verdict_list *list;
};

/* What is said of one row. */
struct row_verdict {
    bool slower, faster;
    char reasons[REASONS_MAX]; /* comment lines about its events */
    size_t used;
};

static double width(const struct band *b)
{
    return b->high - b->low;
}

/* How far the median may move: [gate.value]. */
static double allowance(const struct band *was, const struct band *is, double tolerance)
{
    double most = fabs(was->median) * tolerance;
    most = fmax(most, fmax(width(was), width(is)) / 2);
    return fmax(most, FLOOR);
}

static void judge_event(struct row_verdict *v, const char *name, const struct band *was,
                        const struct band *is)
{
    double slack = width(was);
    bool more = slack > 0 ? is->median > was->high + slack : is->high > was->high;
    bool fewer = slack > 0 ? is->median < was->low - slack : is->low < was->low;
    if (!more && !fewer)
        return;
    v->slower |= more;
    v->faster |= fewer;
    int n = snprintf(v->reasons + v->used, sizeof v->reasons - v->used,
                     "#   event %s %.0f -> %.0f%s\n", name, was->median, is->median,
                     slack > 0 ? " (outside what seeds move)" : "");
    v->used = n > 0 ? MIN(v->used + n, sizeof v->reasons - 1) : v->used;
}

static void judge_events(struct row_verdict *v, const struct event_bands *was,
                         const struct event_bands *is)
{
    if (!was || !is)
        return;
    for (unsigned i = 0; i < was->n; i++) {
        struct band now = event_band(is, was->of[i].name);
        judge_event(v, was->of[i].name, &was->of[i].count, &now);
    }
    for (unsigned i = 0; i < is->n; i++) {
        struct band before = event_band(was, is->of[i].name);
        if (before.high == 0)
            judge_event(v, is->of[i].name, &before, &is->of[i].count);
    }
}

static void print_row(FILE *out, enum column_id column, enum row_id id, const struct band *was,
                      const struct band *is, const struct row_verdict *v, bool fails, struct tally *t)
{
    double widest = fmax(width(was), width(is)) / 2;
    fprintf(out, "%sok %u - %s %s", fails ? "not " : "", ++t->tests, column_names[column],
            suite_rows[id].name);
    if (isnan(is->median))
        fprintf(out, " has no result any more");
    else if (fabs(was->median - is->median) > RECORDED)
        fprintf(out, " %.1f -> %.1f %s (%+.2f %%, seeds +-%.2f %%)", was->median,
                is->median, row_counts(id), (is->median - was->median) / fabs(was->median) * 100,
                widest / fabs(was->median) * 100);
    fprintf(out, "%s\n", v->faster && !v->slower ? ", faster; vbench accept records it" : "");
    fputs(v->reasons, out);
}

static void judge_row(FILE *out, enum column_id column, enum row_id id, const struct baseline *base,
                      const struct baseline *now, const struct gate_rules *rules, struct tally *t)
{
    const struct band *was = &base->value[column][id], *is = &now->value[column][id];
    double moved = is->median - was->median, allowed = allowance(was, is, rules->tolerance);
    struct row_verdict v = {.slower = moved > allowed, .faster = moved < -allowed};
    judge_events(&v, base->events[column][id], now->events[column][id]);
    bool fails = v.slower || isnan(is->median) || (v.faster && rules->is_strict);
    verdict_add(t->list, &(struct verdict_row){column, id, false, was->median, is->median, fails,
                                               v.faster && !v.slower});
    print_row(out, column, id, was, is, &v, fails, t);
    if (v.slower && row_is_time(id) && t->slower < EXPLAINED_MAX)
        t->to_explain.has[id] = true;
    t->slower += v.slower;
    t->faster += v.faster && !v.slower;
    t->missing += isnan(is->median);
}

/* [gate.cap] */
static void judge_caps(FILE *out, const struct baseline *now, struct tally *t)
{
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        double is = now->value[COLUMN_VANTAGE][caps[i].row].median;
        if (isnan(is))
            continue;
        bool fails = is > caps[i].most;
        fprintf(out, "%sok %u - vantage %s: %.1f %s, its cap is %.0f\n", fails ? "not " : "", ++t->tests,
                suite_rows[caps[i].row].name, is, row_counts(caps[i].row), caps[i].most);
        verdict_add(t->list, &(struct verdict_row){COLUMN_VANTAGE, caps[i].row, true,
                                                   caps[i].most, is, fails, false});
        t->slower += fails;
    }
}

/* A recorded value has no hypervisor that could be counted again, but its commit has. */
static void say_how_to_explain(FILE *out, const char *commit, const struct selection *rows)
{
    bool can_be_built = strcmp(commit, "unknown") && !strstr(commit, "-dirty");
    if (!can_be_built || !selection_count(rows))
        return;
    fprintf(out, "# who, which functions, which hypercall: make gate BASE=%s GATE_ARGS=", commit);
    const char *before = "'";
    for (int i = 0; i < ROWS; i++)
        if (rows->has[i]) {
            fprintf(out, "%s%s", before, suite_rows[i].name);
            before = " ";
        }
    fprintf(out, "'\n");
}

static void explain(FILE *out, const struct gate_rules *rules, const struct baseline *base, const struct tally *t)
{
    if (t->slower + t->missing == 0)
        return;
    fprintf(out, "# %u slower, %u missing, %u faster by more than %.2f %% and their band\n",
            t->slower, t->missing, t->faster, rules->tolerance * 100);
    if (rules->was && rules->now)
        gate_explain(out, rules->was, rules->now, &t->to_explain);
    else
        say_how_to_explain(out, base->commit, &t->to_explain);
}

static int status_of(const struct tally *t, const struct gate_rules *rules)
{
    if (t->list->n == 0)
        return EXIT_NO_BASE;
    if (t->slower + t->missing)
        return EXIT_REGRESSION;
    return t->faster && rules->is_strict ? EXIT_IMPROVED : EXIT_OK;
}

int gate_judge(FILE *out, const struct baseline *base, const struct baseline *now,
               const struct gate_rules *rules, struct verdict_list *list)
{
    static struct tally t;
    char *mismatch = baseline_mismatch(base, now);
    list->n = list->failed = 0;
    t = (struct tally){.list = list};
    if (mismatch) {
        complain("cannot be compared: %s", mismatch);
        free(mismatch);
        return EXIT_NO_BASE;
    }
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (!isnan(base->value[c][i].median))
                judge_row(out, c, i, base, now, rules, &t);
    judge_caps(out, now, &t);
    fprintf(out, "1..%u\n", t.tests);
    explain(out, rules, base, &t);
    if ((rules->junit && verdicts_to_junit(list, rules->junit)) ||
        (rules->markdown && verdicts_to_markdown(list, "Gate", rules->markdown)))
        return EXIT_NOT_RUN;
    return status_of(&t, rules);
}
