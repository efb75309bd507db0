/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of ratios, its numbers, and the paper's beside them. */
#include "bench/vbench/table.h"
#include "bench/test/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *table_of(const struct result *r)
{
    static const struct paper none;
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    table_print(out, r, &none);
    fclose(out);
    return bytes;
}

void test_table(void)
{
    static struct result r;
    static struct paper paper;
    char number[NUMBER_MAX];
    result_make(&r);
    char *table = table_of(&r), *second = strchr(table, '\n') + 1;
    check(strchr(second, '\n') - second == second - 1 - table, "heading and rows are equally wide");
    check(!strstr(table, "kill_null") && strstr(table, "xen is not complete: it died"),
          "subtracted rows are not shown, a failed column says why");
    r.columns[COLUMN_XEN].metrics[ROW_stat].n = 0;
    check(isnan(figures_of(&r, &paper, ROW_stat).ratio[COLUMN_XEN]), "no ratio without a value");
    check(!strcmp(number_print(number, 1.23456), "1.235") &&
              !strcmp(number_print(number, 1742.4), "1742") && !strcmp(number_print(number, NAN), "-"),
          "numbers keep about four digits; what is missing is a dash");
    paper_read(&paper, "results/paper");
    check(paper.cell[ROW_fork_exit].value[PAPER_NATIVE] == 110 &&
              paper.cell[ROW_fork_exit].value[PAPER_XEN] == 198 &&
              paper.cell[ROW_ctx_2p_0k].value[PAPER_L_SMP] == 1.69 &&
              paper.cell[ROW_page_fault].value[PAPER_VMW] == 12.4 &&
              isnan(paper_ratio(&paper.cell[ROW_tcp_latency], PAPER_XEN)),
          "the paper's numbers are found by table and cell");
    free(table);
    result_free(&r);
}
