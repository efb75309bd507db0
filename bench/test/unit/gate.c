/* SPDX-License-Identifier: BSD-2-Clause */
/* The gate's rules for values and for counts of events. */
#include "bench/vbench/gate.h"
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 5 };

/* What one row on Vantage showed with each seed: its time, and how often an event happened. */
struct seen {
    uint64_t ns[SEEDS], count[SEEDS];
};

#define EACH(x)  {x, x, x, x, x}
#define CALM     EACH(1000)                     /* seeds do not move it */
#define WIDE     {900, 1100, 1000, 950, 1050}   /* they do: a band of 200 */
#define WIDE_90  {990, 1190, 1090, 1040, 1140}  /* the same and 90, less than half of it */
#define WIDE_110 {1010, 1210, 1110, 1060, 1160} /* more than half */

static void baseline_make(struct baseline *b, const struct seen *seen)
{
    static struct result runs[SEEDS];
    memset(runs, 0, sizeof runs);
    for (int i = 0; i < SEEDS; i++) {
        struct column *c = &runs[i].columns[COLUMN_VANTAGE];
        struct event_list *list = calloc(1, sizeof *list);
        metric_set(&c->metrics[ROW_stat], 1, 1, &seen->ns[i]);
        list->n = 1;
        list->of[0] = (struct event){"hc_mmu_update", seen->count[i]};
        c->events[ROW_stat] = list;
    }
    baseline_of(runs, SEEDS, b);
    for (int i = 0; i < SEEDS; i++)
        result_free(&runs[i]);
}

static int judge(struct seen before, struct seen now)
{
    static struct baseline was, is;
    static struct verdict_list list;
    FILE *nowhere = fopen("/dev/null", "w");
    baseline_make(&was, &before);
    baseline_make(&is, &now);
    int status = gate_judge(nowhere, &was, &is, &(struct gate_rules){.tolerance = 0.005}, &list);
    fclose(nowhere);
    baseline_free(&was);
    baseline_free(&is);
    return status;
}

#define SEEN(...) ((struct seen){__VA_ARGS__})

void test_gate(void)
{
    check(judge(SEEN(CALM, CALM), SEEN(EACH(1004), CALM)) == EXIT_OK &&
              judge(SEEN(CALM, CALM), SEEN(EACH(1006), CALM)) == EXIT_REGRESSION,
          "a row that seeds do not move has half a percent [gate.value]");
    check(judge(SEEN(WIDE, CALM), SEEN(WIDE_90, CALM)) == EXIT_OK &&
              judge(SEEN(WIDE, CALM), SEEN(WIDE_110, CALM)) == EXIT_REGRESSION,
          "one that they move has half its band [gate.value]");
    check(judge(SEEN(CALM, CALM), SEEN(CALM, {1000, 1000, 1001, 1000, 1000})) == EXIT_REGRESSION,
          "an event that seeds do not move may not happen once more [gate.event]");
    check(judge(SEEN(CALM, CALM), SEEN(CALM, EACH(999))) == EXIT_OK,
          "one that happens less often is no regression");
    check(judge(SEEN(CALM, WIDE), SEEN(CALM, EACH(1290))) == EXIT_OK &&
              judge(SEEN(CALM, WIDE), SEEN(CALM, EACH(1310))) == EXIT_REGRESSION,
          "one that they move has its band's width beyond the band [gate.event]");
}
