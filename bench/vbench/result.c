/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The document in JSON. Keys are sorted and every number has its line, so that diff compares two
 * runs. `value` is there for other readers; it is computed again from the samples here.
 */
#define _GNU_SOURCE
#include "bench/vbench/result.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SCHEMA "vbench-result/1"

const char *const column_names[COLUMNS] = {
#define COLUMN(id, name, ...) name,
#include "bench/columns.def"
};

const char *const column_titles[COLUMNS] = {
#define COLUMN(id, name, title, ...) title,
#include "bench/columns.def"
};

const char *const column_meanings[COLUMNS] = {
#define COLUMN(id, name, title, hypervisor, args, console, image, runs, what) what,
#include "bench/columns.def"
};

static const char *const verdict_names[] = {"unknown", "identical", "different"};

int column_find(const char *name)
{
    for (int i = 0; i < COLUMNS; i++)
        if (!strcmp(column_names[i], name))
            return i;
    return -1;
}

/* A string or null: what is not known is null in the document and NULL here. */
static json_t *string_or_null(const char *s)
{
    return s ? json_string(s) : json_null();
}

static json_t *events_to_json(const struct event_list *list)
{
    json_t *all = json_object();
    for (unsigned i = 0; i < list->n; i++)
        json_object_set_new(all, list->of[i].name, json_integer(list->of[i].count));
    return all;
}

/* The key of a row's samples says what they are. */
static const char *samples_key(enum row_id row)
{
    return row_is_time(row) ? "samples_ns" : "samples_bytes";
}

static json_t *benches_to_json(const struct column *c)
{
    const struct metric *metrics = c->metrics;
    json_t *all = json_object();
    for (int i = 0; i < ROWS; i++) {
        const struct metric *m = &metrics[i];
        double value;
        if (c->skipped[i])
            json_object_set_new(all, suite_rows[i].name, json_pack("{s:s}", "skipped", c->skipped[i]));
        if (!metric_is_there(m))
            continue;
        json_t *samples = json_array();
        for (unsigned k = 0; k < m->n; k++)
            json_array_append_new(samples, json_integer(m->sample[k]));
        json_t *one = json_pack("{s:i, s:o, s:s}", "iters", m->iters, samples_key(i), samples, "unit",
                                suite_rows[i].unit);
        if (metric_value(metrics, i, &value))
            json_object_set_new(one, "value", json_real(value));
        if (c->events[i])
            json_object_set_new(one, "events", events_to_json(c->events[i]));
        if (c->counters[i])
            json_object_set_new(one, "counters", events_to_json(c->counters[i]));
        json_object_set_new(all, suite_rows[i].name, one);
    }
    return all;
}

static json_t *column_to_json(const struct column *c)
{
    return json_pack("{s:s, s:o, s:f, s:s, s:o, s:o, s:o, s:o}", "status",
                     c->reason ? "failed" : "ok", "reason", string_or_null(c->reason), "wall_s",
                     c->wall_s, "repeat", verdict_names[c->repeat], "console_sha256",
                     string_or_null(c->console_sha256), "binary_sha256",
                     string_or_null(c->binary_sha256), "command", string_or_null(c->command),
                     "benches", benches_to_json(c));
}

static json_t *result_to_json(const struct result *r)
{
    json_t *columns = json_object();
    for (int i = 0; i < COLUMNS; i++)
        if (r->columns[i].asked)
            json_object_set_new(columns, column_names[i], column_to_json(&r->columns[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:o}, s:o}", "schema", SCHEMA, "suite",
                     string_or_null(r->suite), "date", string_or_null(r->date), "commit",
                     string_or_null(r->commit), "environment", "qemu", string_or_null(r->qemu),
                     "host", string_or_null(r->host), "kernel_sha256",
                     string_or_null(r->kernel_sha256), "initrd_sha256",
                     string_or_null(r->initrd_sha256), "columns", columns);
}

static char *result_dump(const struct result *r)
{
    json_t *root = result_to_json(r);
    char *bytes =
        root ? json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(12)) : NULL;
    json_decref(root);
    return bytes;
}

void result_print(FILE *out, const struct result *r)
{
    char *bytes = result_dump(r);
    fprintf(out, "%s\n", bytes ? bytes : "null");
    free(bytes);
}

int result_write(const struct result *r, const char *path)
{
    char *bytes = result_dump(r);
    if (!bytes)
        return -ENOMEM;
    char *line = text("%s\n", bytes);
    int rc = file_replace(path, line, strlen(line));
    free(line);
    free(bytes);
    return rc;
}

/* A copy of the string under `key`, NULL where it is null or absent. */
static char *string_of(json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? text("%s", s) : NULL;
}

static bool samples_of(json_t *samples, struct metric *m)
{
    size_t n = json_array_size(samples);
    if (n == 0 || n > SAMPLES_MAX)
        return false;
    for (size_t k = 0; k < n; k++) {
        json_t *value = json_array_get(samples, k);
        if (!json_is_integer(value) || json_integer_value(value) <= 0)
            return false;
        m->sample[k] = json_integer_value(value);
    }
    m->n = n;
    return true;
}

static bool is_unit(const char *s, enum row_id row)
{
    if (!s || !row_is_time(row))
        return s && !strcmp(s, "B");
    return !strcmp(s, "s") || !strcmp(s, "us") || !strcmp(s, "ns");
}

/* Rows that this suite.def does not know are left out: an older or newer document stays readable.
 */
static const char *benches_of(json_t *all, struct column *c)
{
    const char *name;
    json_t *one;

    if (!json_is_object(all))
        return "a column has no benches";
    json_object_foreach(all, name, one)
    {
        int row = row_find(name);
        json_int_t iters = json_integer_value(json_object_get(one, "iters"));
        if (row == ROW_NONE)
            continue;
        if ((c->skipped[row] = string_of(one, "skipped")))
            continue;
        if (!is_unit(json_string_value(json_object_get(one, "unit")), row))
            return "a benchmark has no unit";
        if (iters <= 0 || iters > UINT_MAX || !samples_of(json_object_get(one, samples_key(row)), &c->metrics[row]))
            return "a benchmark has no iterations or no samples";
        c->metrics[row].iters = iters;
    }
    return NULL;
}

/* -1 for a name that is none. */
static int verdict_of(const char *name)
{
    for (int i = 0; name && i <= DIFFERENT; i++)
        if (!strcmp(name, verdict_names[i]))
            return i;
    return -1;
}

/* [result.schema] what results/result.schema.json demands, this demands (bench/test/schema). */
static bool has_all(json_t *object, const char *const keys[])
{
    for (; *keys; keys++)
        if (!json_object_get(object, *keys))
            return false;
    return true;
}

static const char *column_of(json_t *object, struct column *c)
{
    static const char *const keys[] = {"status", "reason", "wall_s", "repeat", "console_sha256",
                                       "binary_sha256", "command", NULL};
    int repeat = verdict_of(json_string_value(json_object_get(object, "repeat")));
    if (!has_all(object, keys) || repeat < 0)
        return "a column lacks one of its fields";
    c->asked = true;
    c->reason = string_of(object, "reason");
    c->wall_s = json_number_value(json_object_get(object, "wall_s"));
    c->repeat = repeat;
    c->console_sha256 = string_of(object, "console_sha256");
    c->binary_sha256 = string_of(object, "binary_sha256");
    c->command = string_of(object, "command");
    return benches_of(json_object_get(object, "benches"), c);
}

static bool is_date(const char *s)
{
    struct tm tm;
    const char *end = s ? strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
    return end && !*end;
}

/* Fills the result from JSON; NULL, or what is wrong with it. */
static const char *result_of(json_t *root, struct result *r)
{
    static const char *const keys[] = {"suite", "date", "commit", "columns", NULL};
    static const char *const surroundings[] = {"qemu", "host", "kernel_sha256", "initrd_sha256", NULL};
    json_t *environment = json_object_get(root, "environment"), *columns, *one;
    const char *schema = json_string_value(json_object_get(root, "schema")), *name, *wrong;

    if (!schema || strcmp(schema, SCHEMA))
        return "it is not a " SCHEMA " document";
    if (!has_all(root, keys) || !has_all(environment, surroundings))
        return "it lacks one of the fields of results/result.schema.json";
    if (!is_date(json_string_value(json_object_get(root, "date"))))
        return "its date is not one";
    r->suite = string_of(root, "suite");
    r->date = string_of(root, "date");
    r->commit = string_of(root, "commit");
    r->qemu = string_of(environment, "qemu");
    r->host = string_of(environment, "host");
    r->kernel_sha256 = string_of(environment, "kernel_sha256");
    r->initrd_sha256 = string_of(environment, "initrd_sha256");
    columns = json_object_get(root, "columns");
    if (!json_is_object(columns))
        return "it has no columns";
    json_object_foreach(columns, name, one)
    {
        int id = column_find(name);
        if (id >= 0 && (wrong = column_of(one, &r->columns[id])))
            return wrong;
    }
    return NULL;
}

int result_read(struct result *r, const char *path)
{
    json_error_t error;
    memset(r, 0, sizeof *r);
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        complain("cannot read the result document %s: %s", path, error.text);
        return -ENOENT;
    }
    const char *wrong = result_of(root, r);
    json_decref(root);
    if (!wrong)
        return 0;
    complain("%s cannot be used: %s", path, wrong);
    result_free(r);
    return -EINVAL;
}

void result_free(struct result *r)
{
    char *owned[] = {r->suite, r->date,          r->commit,       r->qemu,
                     r->host,  r->kernel_sha256, r->initrd_sha256};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    for (int i = 0; i < COLUMNS; i++) {
        free(r->columns[i].reason);
        free(r->columns[i].console_sha256);
        free(r->columns[i].binary_sha256);
        free(r->columns[i].command);
        for (int row = 0; row < ROWS; row++) {
            free(r->columns[i].skipped[row]);
            free(r->columns[i].events[row]);
            free(r->columns[i].counters[row]);
        }
    }
    memset(r, 0, sizeof *r);
}
