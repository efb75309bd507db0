/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/verdicts.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void verdict_add(struct verdict_list *list, const struct verdict_row *row)
{
    list->row[list->n++] = *row;
    list->failed += row->fails;
}

/* The change as a part of the value before. */
static double change(const struct verdict_row *r)
{
    return (r->is - r->was) / fabs(r->was);
}

static int keep(const char *path, const char *bytes, size_t length)
{
    int rc = file_replace(path, bytes, length);
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    return rc;
}

/* Names are those of suite.def and of columns: nothing in them needs escaping. */
static void junit_row(FILE *out, const struct verdict_row *r)
{
    fprintf(out, "  <testcase classname=\"%s\" name=\"%s%s\"", column_names[r->column],
            suite_rows[r->row].name, r->is_cap ? ", cap" : "");
    if (!r->fails)
        fprintf(out, "/>\n");
    else if (isnan(r->is))
        fprintf(out, "><failure message=\"no result any more\"/></testcase>\n");
    else if (r->is_cap)
        fprintf(out, "><failure message=\"%.1f %s, its cap is %.0f\"/></testcase>\n", r->is,
                row_counts(r->row), r->was);
    else
        fprintf(out, "><failure message=\"%.1f to %.1f %s (%+.2f %%)\"/></testcase>\n", r->was, r->is,
                row_counts(r->row), change(r) * 100);
}

int verdicts_to_junit(const struct verdict_list *list, const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return -ENOMEM;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"vbench gate\" tests=\"%u\" failures=\"%u\">\n",
            list->n, list->failed);
    for (unsigned i = 0; i < list->n; i++)
        junit_row(out, &list->row[i]);
    fprintf(out, "</testsuite>\n");
    fclose(out);
    int rc = keep(path, bytes, length);
    free(bytes);
    return rc;
}

static void markdown_row(FILE *out, const struct verdict_row *r)
{
    const char *word = r->fails       ? "**fails**"
                       : r->is_faster ? "faster"
                                      : "within tolerance";
    if (r->is_cap && r->fails)
        fprintf(out, "| %s | %s | cap %.0f | %.1f | | %s |\n", column_names[r->column],
                suite_rows[r->row].name, r->was, r->is, word);
    else if (r->is_cap)
        return;
    else if (isnan(r->is))
        fprintf(out, "| %s | %s | %.1f | none | | %s |\n", column_names[r->column],
                suite_rows[r->row].name, r->was, word);
    else if (r->was != r->is)
        fprintf(out, "| %s | %s | %.1f | %.1f | %+.2f %% | %s |\n", column_names[r->column],
                suite_rows[r->row].name, r->was, r->is, change(r) * 100, word);
}

int verdicts_to_markdown(const struct verdict_list *list, const char *title, const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    unsigned same = 0, caps = 0;
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return -ENOMEM;
    for (unsigned i = 0; i < list->n; i++) {
        caps += list->row[i].is_cap;
        same += !list->row[i].is_cap && list->row[i].was == list->row[i].is;
    }
    fprintf(out,
            "### %s: %s\n\n%u rows in exact instructions: %u equal, %u changed, %u fail.\n\n", title,
            list->failed ? "fails" : "passes", list->n - caps, same, list->n - caps - same, list->failed);
    if (same + caps < list->n || list->failed)
        fprintf(out, "| column | benchmark | before | now | change | verdict |\n"
                     "|---|---|--:|--:|--:|---|\n");
    for (unsigned i = 0; i < list->n; i++)
        markdown_row(out, &list->row[i]);
    fclose(out);
    int rc = keep(path, bytes, length);
    free(bytes);
    return rc;
}

/* ---- JSON ---- */

static json_t *number_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *row_to_json(const struct verdict_row *r)
{
    const char *word = r->fails ? "fails" : r->is_faster ? "faster" : "passes";
    return json_pack("{s:s, s:s, s:o, s:o, s:s}", "column", column_names[r->column], "benchmark",
                     suite_rows[r->row].name, r->is_cap ? "cap" : "before", json_real(r->was), "now",
                     number_or_null(r->is), "verdict", word);
}

static json_t *lines_to_json(const char *lines)
{
    json_t *all = json_array();
    for (size_t n; lines && *lines; lines += n + (lines[n] == '\n')) {
        n = strcspn(lines, "\n");
        json_array_append_new(all, json_stringn(lines, n));
    }
    return all;
}

void verdicts_to_json(FILE *out, const struct verdict_list *list, const struct verdict_frame *frame)
{
    json_t *rows = json_array();
    for (unsigned i = 0; i < list->n; i++)
        json_array_append_new(rows, row_to_json(&list->row[i]));
    json_t *root = json_pack("{s:s, s:s, s:i, s:f, s:s?, s:o, s:o}", "schema", "vbench-verdict/1", "verb",
                             frame->verb, "status", frame->status, "tolerance", frame->tolerance,
                             "digest", frame->digest, "rows", rows, "lines", lines_to_json(frame->lines));
    json_dumpf(root, out, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
    fputc('\n', out);
    json_decref(root);
}
