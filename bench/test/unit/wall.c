/* SPDX-License-Identifier: BSD-2-Clause */
/* Times by the host's clock: quartiles, verdicts, the document, the machine. */
#include "bench/vbench/wall.h"
#include "bench/test/unit/unit.h"
#include "bench/vbench/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_verdict(void)
{
    double values[] = {9, 1, 3, 5, 7};
    struct spread a = spread_of(values, 5), none = {0}, above = {3, 7.5, 8, 9},
                  touching = {3, 7, 8, 9};
    check(a.n == 5 && a.low == 3 && a.median == 5 && a.high == 7,
          "quartiles of five rounds, unsorted");
    check(wall_verdict(&a, &touching) == WALL_NO_SLOWER && wall_verdict(&above, &a) == WALL_SLOWER &&
              wall_verdict(&a, &a) == WALL_NOISY && wall_verdict(&a, &none) == WALL_MISSING,
          "no slower, slower, noisy while quartiles overlap, none without both");
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
    struct spread *of_stat = written.rows[ROW_stat].column;
    of_stat[COLUMN_VANTAGE] = (struct spread){5, 2, 3, 4};
    of_stat[COLUMN_XEN] = (struct spread){5, 1, 1.5, 2};
    of_stat[COLUMN_XEN_FAST] = (struct spread){4, 5, 6, 7};
    json_t *root = document_of(&written);
    check(!wall_take(&taken, root) && taken.rounds == 5 && !strcmp(taken.commit, "c") &&
              !memcmp(taken.rows[ROW_stat].column, of_stat, sizeof taken.rows[0].column),
          "a run by the host's clock is read as it was written");
    check(taken.rows[ROW_stat].verdict == WALL_NOISY && !wall_is_slower(&taken) &&
              taken.rows[ROW_open_close].verdict == WALL_MISSING,
          "its verdicts are made of the quartiles");
    wall_free(&taken);
    json_object_set_new(root, "schema", json_string("vbench-result/1"));
    check(wall_take(&taken, root) == -EINVAL, "a document of another kind is refused");
    json_decref(root);
}

void test_wall(void)
{
    test_verdict();
    test_clock();
    test_document();
}
