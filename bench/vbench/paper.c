/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/paper.h"
#include "bench/vbench/host.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The paper's uniprocessor native Linux; one CPU is what we run, too. */
#define NATIVE_ROW "L-UP"
#define XEN_ROW    "Xen"
#define UML_ROW    "UML"

static double number_at(json_t *root, const char *row, size_t at)
{
    return json_number_value(
        json_array_get(json_object_get(json_object_get(root, "rows"), row), at));
}

static void table_take(json_t *root, const char *table, struct paper *paper)
{
    json_t *cells = json_object_get(root, "cells");
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(suite_rows[i].table, table))
            continue;
        for (size_t k = 0; k < json_array_size(cells); k++) {
            const char *name = json_string_value(json_array_get(cells, k));
            if (!name || strcmp(name, suite_rows[i].cell))
                continue;
            paper->cell[i].native = number_at(root, NATIVE_ROW, k);
            paper->cell[i].xen = number_at(root, XEN_ROW, k);
            paper->cell[i].uml = number_at(root, UML_ROW, k);
        }
    }
}

void goals_read(struct paper *paper, const char *file)
{
    json_error_t error;
    const char *name;
    json_t *root = json_load_file(file, 0, &error), *one;
    if (!root)
        complain("the goals are left out: %s: %s", file, error.text);
    json_object_foreach(json_object_get(root, "ratios"), name, one)
    {
        int row = row_find(name);
        if (row != ROW_NONE)
            paper->cell[row].goal = json_number_value(one);
    }
    json_decref(root);
}

void paper_read(struct paper *paper, const char *folder)
{
    static const char *const tables[] = {"3", "4", "5"};
    memset(paper, 0, sizeof *paper);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        json_error_t error;
        char *path = text("%s/table%s.json", folder, tables[i]);
        json_t *root = json_load_file(path, 0, &error);
        if (root)
            table_take(root, tables[i], paper);
        else
            complain("the paper's numbers are left out: %s: %s", path, error.text);
        json_decref(root);
        free(path);
    }
}
