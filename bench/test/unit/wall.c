/* SPDX-License-Identifier: BSD-2-Clause */
/* Times by the host's clock: estimates, verdicts, the document, the machine. */
#include "bench/vbench/wall.h"
#include "bench/test/unit/unit.h"
#include "bench/vbench/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_estimate(void)
{
    double few[] = {9, 1, 3, 5}, many[100];
    for (int i = 0; i < 100; i++)
        many[i] = 100 - i;
    struct estimate a = estimate_of(few, 4), b = estimate_of(many, 100);
    check(a.n == 4 && a.low == 1 && a.median == 4 && a.high == 9,
          "four unsorted samples say no more than that the median is among them");
    check(b.low == 38 && b.median == 50.5 && b.high == 63, "of a hundred, the 38th and the 63rd bound it");
}

static void test_verdict(void)
{
    const struct estimate a = {4, 1, 4, 9}, none = {0}, above = {3, 9.5, 10, 11};
    check(wall_verdict(&a, &above) == WALL_FASTER && wall_verdict(&above, &a) == WALL_SLOWER &&
              wall_verdict(&a, &a) == WALL_NOT_APART && wall_verdict(&a, &none) == WALL_MISSING,
          "faster, slower, not told apart while intervals overlap, none without both");
}

static void test_samples(void)
{
    const struct metric more = {.iters = 10, .n = 7, .sample = {5}};
    struct metric few = {.iters = 10, .n = 7}, full = {.iters = 10, .n = 30};
    metric_add(&few, &more);
    metric_add(&full, &more);
    check(few.n == 14 && few.sample[7] == 5 && full.n == SAMPLES_MAX,
          "samples of one machine add up, as far as there is room");
}

static void test_clock(void)
{
    struct machine m = {.qemu = "qemu", .build = "b", .wall = true};
    struct launch launch = {.kind = LAUNCH_TOGETHER, .what = "stat"};
    char **argv = machine_argv(&m, COLUMN_XEN, &launch);
    bool is_exact = false, is_multi = false;
    for (char **arg = argv; *arg; arg++) {
        is_exact |= !strcmp(*arg, "-icount");
        is_multi |= !strcmp(*arg, "tcg,thread=multi");
    }
    check(is_multi && !is_exact, "a machine by the host's clock has no instruction clock");
    machine_argv_free(argv);
}

static json_t *document_of(const struct wall *w)
{
    char *bytes = NULL;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    wall_json(out, w);
    fclose(out);
    json_t *root = json_loads(bytes, 0, NULL);
    free(bytes);
    return root;
}

static void test_document(void)
{
    struct wall written = {.commit = (char *)"c", .host = (char *)"h", .rounds = 5}, taken = {0};
    struct estimate *of_stat = written.rows[ROW_stat].column;
    of_stat[COLUMN_VANTAGE] = (struct estimate){5, 2, 3, 4};
    of_stat[COLUMN_XEN] = (struct estimate){5, 1, 1.5, 2};
    of_stat[COLUMN_XEN_FAST] = (struct estimate){4, 5, 6, 7};
    json_t *root = document_of(&written);
    check(!wall_take(&taken, root) && taken.rounds == 5 && !strcmp(taken.commit, "c") &&
              !memcmp(taken.rows[ROW_stat].column, of_stat, sizeof taken.rows[0].column),
          "a run by the host's clock is read as it was written");
    check(taken.rows[ROW_stat].verdict == WALL_NOT_APART && !wall_is_slower(&taken) &&
              taken.rows[ROW_open_close].verdict == WALL_MISSING,
          "its verdicts are made of the intervals");
    wall_free(&taken);
    json_object_set_new(root, "schema", json_string("vbench-result/1"));
    check(wall_take(&taken, root) == -EINVAL, "a document of another kind is refused");
    json_decref(root);
}

void test_wall(void)
{
    test_estimate();
    test_verdict();
    test_samples();
    test_clock();
    test_document();
}
