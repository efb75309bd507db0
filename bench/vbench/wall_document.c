/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/host.h"
#include "bench/vbench/wall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "vbench-wall/1"

static json_t *row_json(const struct wall_row *row, const char *unit)
{
    json_t *columns = json_object();
    for (int c = 0; c < COLUMNS; c++) {
        const struct estimate *e = &row->column[c];
        if (e->n)
            json_object_set_new(columns, column_names[c],
                                json_pack("{s:i,s:f,s:f,s:f}", "samples", (int)e->n, "low", e->low, "median",
                                          e->median, "high", e->high));
    }
    return json_pack("{s:s,s:s,s:o}", "unit", unit, "verdict", wall_verdict_name(row->verdict), "columns",
                     columns);
}

static bool is_measured(const struct wall_row *row)
{
    for (int c = 0; c < COLUMNS; c++)
        if (row->column[c].n)
            return true;
    return false;
}

void wall_json(FILE *out, const struct wall *w)
{
    json_t *rows = json_object();
    for (int i = 0; i < ROWS; i++)
        if (is_measured(&w->rows[i]))
            json_object_set_new(rows, suite_rows[i].name, row_json(&w->rows[i], suite_rows[i].unit));
    json_t *root = json_pack("{s:s,s:s,s:s,s:i,s:o}", "schema", SCHEMA, "commit", w->commit ? w->commit : "unknown",
                             "host", w->host ? w->host : "unknown", "rounds", (int)w->rounds, "rows", rows);
    json_dumpf(root, out, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
    fputc('\n', out);
    json_decref(root);
}

static struct estimate estimate_take(const json_t *one)
{
    return (struct estimate){json_integer_value(json_object_get(one, "samples")),
                           json_number_value(json_object_get(one, "low")),
                           json_number_value(json_object_get(one, "median")),
                           json_number_value(json_object_get(one, "high"))};
}

static void row_take(struct wall_row *row, json_t *columns)
{
    const char *name;
    json_t *one;
    json_object_foreach(columns, name, one)
    {
        int column = column_find(name);
        if (column >= 0)
            row->column[column] = estimate_take(one);
    }
    row->verdict = wall_verdict(&row->column[COLUMN_VANTAGE], wall_better_xen(row));
}

int wall_take(struct wall *w, const json_t *root)
{
    const char *name, *schema = json_string_value(json_object_get(root, "schema"));
    const char *commit = json_string_value(json_object_get(root, "commit"));
    const char *host = json_string_value(json_object_get(root, "host"));
    json_t *one, *rows = json_object_get(root, "rows");
    if (!schema || strcmp(schema, SCHEMA) || !commit || !host || !json_is_object(rows))
        return -EINVAL;
    w->commit = text("%s", commit);
    w->host = text("%s", host);
    w->rounds = json_integer_value(json_object_get(root, "rounds"));
    json_object_foreach(rows, name, one)
    {
        int row = row_find(name);
        if (row != ROW_NONE)
            row_take(&w->rows[row], json_object_get(one, "columns"));
    }
    return 0;
}

void wall_free(struct wall *w)
{
    free(w->commit);
    free(w->host);
}
