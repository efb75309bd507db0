/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * [line.whole] a result is taken only when every field is there and is what suite.def says; a line
 * that was cut, or into which another message was printed, is refused, never guessed at.
 */
#include "bench/vbench/line.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_OPENS "{\"bench\""

static void bad(struct line *line, const char *why, const char *detail)
{
    line->kind = LINE_BAD;
    snprintf(line->why, sizeof line->why, "%s%s%.100s", why, *detail ? ": " : "", detail);
}

static void start_parse(const char *name, struct line *line)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, " \r\n"), name);
    line->row = row_find(word);
    line->kind = LINE_START;
    if (line->row == ROW_NONE)
        bad(line, "the guest runs a benchmark that suite.def does not have", word);
}

/* `why` is the rest of the line after the name. */
static void skip_parse(const char *name, struct line *line)
{
    start_parse(name, line);
    if (line->kind == LINE_BAD)
        return;
    const char *why = name + strcspn(name, " \r\n");
    why += strspn(why, " ");
    line->kind = LINE_SKIP;
    if (!*why || *why == '\r')
        return bad(line, "a benchmark is skipped without a reason", name);
    snprintf(line->why, sizeof line->why, "%.*s", (int)strcspn(why, "\r\n"), why);
}

static void exit_parse(const char *number, struct line *line)
{
    char *end;
    line->status = strtol(number, &end, 10);
    line->kind = LINE_EXIT;
    if (end == number || end[strspn(end, "\r\n ")])
        bad(line, "not an exit status", number);
}

static bool samples_read(json_t *samples, struct metric *m)
{
    if (!json_is_array(samples) || json_array_size(samples) > SAMPLES_MAX)
        return false;
    m->n = json_array_size(samples);
    for (unsigned i = 0; i < m->n; i++) {
        json_t *value = json_array_get(samples, i);
        if (!json_is_integer(value) || json_integer_value(value) <= 0)
            return false;
        m->sample[i] = json_integer_value(value);
    }
    return m->n > 0;
}

static void result_check(json_t *root, struct line *line)
{
    const char *name, *metric;
    int iters;
    json_t *samples;

    if (json_unpack(root, "{s:s, s:s, s:i, s:o !}", "bench", &name, "metric", &metric, "iters",
                    &iters, "samples", &samples))
        return bad(line, "a result line does not have its four fields", "");
    line->row = row_find(name);
    if (line->row == ROW_NONE)
        return bad(line, "a result of a benchmark that suite.def does not have", name);
    const struct row *row = &suite_rows[line->row];
    if (strcmp(metric, row_is_time(line->row) ? "ns" : "bytes") || !samples_read(samples, &line->metric))
        return bad(line, "a result whose samples are not positive nanoseconds, or bytes", name);
    if (iters != (int)row->iterations || line->metric.n != row->samples)
        return bad(line, "the guest image is of another version of suite.def; run make", name);
    line->metric.iters = iters;
    line->kind = LINE_RESULT;
}

static void result_parse(const char *json, struct line *line)
{
    json_error_t error;
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return bad(line, "a result line is damaged", error.text);
    result_check(root, line);
    json_decref(root);
}

void line_parse(const char *console, struct line *line)
{
    *line = (struct line){.kind = LINE_OTHER, .row = ROW_NONE};
    const char *json = strstr(console, RESULT_OPENS);
    if (json)
        result_parse(json, line);
    else if (!strncmp(console, "VTG-BENCH ", 10))
        start_parse(console + 10, line);
    else if (!strncmp(console, "VTG-SKIP ", 9))
        skip_parse(console + 9, line);
    else if (!strncmp(console, "VTG-EXIT ", 9))
        exit_parse(console + 9, line);
    else if (!strncmp(console, "VTG-INIT ", 9))
        line->kind = LINE_INIT;
}
