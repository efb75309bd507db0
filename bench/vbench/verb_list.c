/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/host.h"
#include "bench/vbench/machine.h"
#include "bench/vbench/options.h"

#include <jansson.h>
#include <stdio.h>

static json_t *row_to_json(const struct row *row)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s}", "name", row->name, "suite",
                     suites[row->suite].name, "iterations", row->iterations, "samples",
                     row->samples, "table", row->table, "cell", row->cell, "minus", row->minus,
                     "unit", row->unit, "what", row->what);
}

static int list_json(void)
{
    json_t *rows = json_array(), *all = json_array(), *columns = json_array();
    for (int i = 0; i < ROWS; i++)
        json_array_append_new(rows, row_to_json(&suite_rows[i]));
    for (int i = 0; i < SUITES; i++)
        json_array_append_new(
            all, json_pack("{s:s, s:s}", "name", suites[i].name, "what", suites[i].what));
    for (int i = 0; i < COLUMNS; i++)
        json_array_append_new(columns, json_string(column_names[i]));
    json_t *root = json_pack("{s:o, s:o, s:o}", "benchmarks", rows, "suites", all, "columns", columns);
    json_dumpf(root, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(root);
    return EXIT_OK;
}

int verb_list(struct options *o)
{
    if (o->wants_json)
        return list_json();
    printf("%-18s %-6s %-6s %-24s %s\n", "benchmark", "suite", "table", "cell", "one operation");
    for (int i = 0; i < ROWS; i++)
        printf("%-18s %-6s %-6s %-24s %s\n", suite_rows[i].name, suites[suite_rows[i].suite].name,
               suite_rows[i].table, suite_rows[i].cell, suite_rows[i].what);
    printf("\n%-18s %s\n", "column", "what runs the programs");
    for (int i = 0; i < COLUMNS; i++)
        printf("%-18s %s%s\n", column_names[i], column_meanings[i],
               column_runs_unasked(i) ? "" : " (runs only when asked for)");
    printf("\n%-18s %s\n", "suite", "what it is");
    for (int i = 0; i < SUITES; i++)
        printf("%-18s %s\n", suites[i].name, suites[i].what);
    return EXIT_OK;
}
