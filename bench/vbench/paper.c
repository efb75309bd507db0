/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/paper.h"
#include "bench/vbench/host.h"
#include "bench/vbench/mean.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const paper_names[PAPER_SYSTEMS] = {"L-SMP", "L-UP", "Xen", "VMW", "UML"};

const char *const figure3_cells[FIGURE3_CELLS] = {"SPEC INT2000", "Linux build time", "OSDB-IR",
                                                  "OSDB-OLTP",    "dbench",           "SPEC WEB99"};

/* What Figure 3 and Table 6 call them. */
static const char *const also_called[][PAPER_SYSTEMS] = {{"", "L", "X", "V", "U"},
                                                         {"", "Linux", "Xen", "VMW", "UML"}};

/* Which document has the cells of a table of suite.def. */
static const struct {
    const char *table, *file;
} sources[] = {
    {"3", "table3"}, {"4", "table4"}, {"5", "table5"}, {"6", "table6"}, {"figure3", "figure3"}};

static double number_at(json_t *root, enum paper_system system, size_t at)
{
    json_t *rows = json_object_get(root, "rows"), *row = json_object_get(rows, paper_names[system]);
    for (size_t i = 0; !row && i < sizeof also_called / sizeof *also_called; i++)
        row = json_object_get(rows, also_called[i][system]);
    return json_number_value(json_array_get(row, at));
}

static void cell_take(json_t *root, size_t at, struct paper_cell *cell)
{
    const char *better = json_string_value(json_array_get(json_object_get(root, "better"), at));
    for (int s = 0; s < PAPER_SYSTEMS; s++)
        cell->value[s] = number_at(root, s, at);
    cell->place = at;
    cell->more_is_better = better && !strcmp(better, "more");
}

/* Table 6 has two cells for one of ours, which is both ends; sending is the one to compare with. */
#define SENDING "TX, "

static bool is_named(const char *name, const char *wanted)
{
    return !strcmp(name, wanted) ||
           (!strncmp(name, SENDING, strlen(SENDING)) && !strcmp(name + strlen(SENDING), wanted));
}

/* Fills the cell from the document's column of this name, if it has one. */
static void cell_find(json_t *root, const char *wanted, struct paper_cell *cell)
{
    json_t *cells = json_object_get(root, "cells");
    for (size_t k = 0; k < json_array_size(cells); k++) {
        const char *name = json_string_value(json_array_get(cells, k));
        if (name && is_named(name, wanted))
            cell_take(root, k, cell);
    }
}

static void table_take(json_t *root, const char *table, struct paper *paper)
{
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(suite_rows[i].table, table))
            cell_find(root, suite_rows[i].cell, &paper->cell[i]);
    for (int k = 0; k < FIGURE3_CELLS; k++)
        cell_find(root, figure3_cells[k], &paper->figure3[k]);
}

double paper_ratio(const struct paper_cell *cell, enum paper_system system)
{
    double native = cell->value[PAPER_NATIVE], value = cell->value[system];
    if (!(native > 0 && value > 0))
        return NAN;
    return cell->more_is_better ? native / value : value / native;
}

double paper_geomean(const struct paper *paper, const char *table, enum paper_system system)
{
    struct mean mean = {0};
    for (int i = 0; i < ROWS; i++) {
        const char *of = suite_rows[i].table;
        bool is_asked = table ? !strcmp(of, table) : strchr("345", *of) != NULL;
        if (is_asked && is_first_of_cell(i))
            mean_add(&mean, paper_ratio(&paper->cell[i], system));
    }
    return mean_value(&mean);
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
    memset(paper, 0, sizeof *paper);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        json_error_t error;
        char *path = text("%s/%s.json", folder, sources[i].file);
        json_t *root = json_load_file(path, 0, &error);
        if (root)
            table_take(root, sources[i].table, paper);
        else
            complain("the paper's numbers are left out: %s: %s", path, error.text);
        json_decref(root);
        free(path);
    }
}
