/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/gate_file.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    fprintf(out, "  <testcase classname=\"%s\" name=\"%s\"", column_names[r->column],
            suite_rows[r->row].name);
    if (!r->fails)
        fprintf(out, "/>\n");
    else if (isnan(r->is))
        fprintf(out, "><failure message=\"no result any more\"/></testcase>\n");
    else
        fprintf(out, "><failure message=\"%.1f to %.1f instructions (%+.2f %%)\"/></testcase>\n",
                r->was, r->is, (r->is - r->was) / fabs(r->was) * 100);
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
    if (isnan(r->is))
        fprintf(out, "| %s | %s | %.1f | none | | %s |\n", column_names[r->column],
                suite_rows[r->row].name, r->was, word);
    else if (r->was != r->is)
        fprintf(out, "| %s | %s | %.1f | %.1f | %+.2f %% | %s |\n", column_names[r->column],
                suite_rows[r->row].name, r->was, r->is, (r->is - r->was) / fabs(r->was) * 100,
                word);
}

int verdicts_to_markdown(const struct verdict_list *list, const char *title, const char *path)
{
    char *bytes = NULL;
    size_t length = 0;
    unsigned same = 0;
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return -ENOMEM;
    for (unsigned i = 0; i < list->n; i++)
        same += list->row[i].was == list->row[i].is;
    fprintf(out,
            "### %s: %s\n\n%u rows in exact instructions: %u equal, %u changed, %u fail.\n\n", title,
            list->failed ? "fails" : "passes", list->n, same, list->n - same, list->failed);
    if (same < list->n)
        fprintf(out, "| column | benchmark | before | now | change | verdict |\n"
                     "|---|---|--:|--:|--:|---|\n");
    for (unsigned i = 0; i < list->n; i++)
        markdown_row(out, &list->row[i]);
    fclose(out);
    int rc = keep(path, bytes, length);
    free(bytes);
    return rc;
}
