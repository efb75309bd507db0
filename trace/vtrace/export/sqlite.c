/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export sqlite: a table for every event, named class_event, with ns since boot, CPU, domain and vCPU
 * before its fields. Ticks become ns; a named number becomes its name; addresses are 64-bit integers, so
 * printf('%x', rip) shows them.
 */
#include "trace/vtrace/export/export.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct state {
    sqlite3 *db;
    sqlite3_stmt *insert[65536]; /* by number of event */
};

static void run(struct export *x, const char *sql)
{
    struct state *s = x->state;

    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL))
        fail("%s: %s", x->path, sqlite3_errmsg(s->db));
}

static bool is_ticks(const struct field *f)
{
    return !strcmp(f->unit, "ticks");
}

static void add_table(struct export *x, const struct event *e)
{
    sqlite3_str *create = sqlite3_str_new(NULL), *insert = sqlite3_str_new(NULL);
    struct state *s = x->state;
    char *sql;

    sqlite3_str_appendf(create, "CREATE TABLE \"%w_%w\"(ts_ns INTEGER, running_cpu INTEGER, running_domain INTEGER, "
                        "running_vcpu INTEGER", e->class, e->name);
    sqlite3_str_appendf(insert, "INSERT INTO \"%w_%w\" VALUES(?,?,?,?", e->class, e->name);
    for (unsigned i = 0; i < e->field_count; i++) {
        const struct field *f = &e->fields[i];

        sqlite3_str_appendf(create, ", \"%w%s\" %s", f->name, is_ticks(f) ? "_ns" : "",
                            f->enumeration >= 0 ? "TEXT" : "INTEGER");
        sqlite3_str_appendall(insert, ",?");
    }
    sqlite3_str_appendall(create, ")");
    sqlite3_str_appendall(insert, ")");
    sql = sqlite3_str_finish(create);
    run(x, sql);
    sqlite3_free(sql);
    sql = sqlite3_str_finish(insert);
    if (!s->insert[e->number] && sqlite3_prepare_v2(s->db, sql, -1, &s->insert[e->number], NULL))
        fail("%s: %s", x->path, sqlite3_errmsg(s->db));
    sqlite3_free(sql);
}

static void begin(struct export *x)
{
    struct state *s = x->state = must_calloc(1, sizeof(*s));

    unlink(x->path);
    if (sqlite3_open(x->path, &s->db))
        fail("%s: %s", x->path, sqlite3_errmsg(s->db));
    run(x, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    for (size_t i = 0; i < x->t->schema.event_count; i++)
        add_table(x, &x->t->schema.events[i]);
}

static void bind_field(struct export *x, sqlite3_stmt *q, int at, const struct field *f, int64_t v)
{
    const char *name = schema_name(&x->t->schema, f, v);

    if (name)
        sqlite3_bind_text(q, at, name, -1, SQLITE_STATIC);
    else
        sqlite3_bind_int64(q, at, is_ticks(f) ? (int64_t)span_ns(x->t, (uint64_t)v) : v);
}

static void record(struct export *x, const struct record *r)
{
    struct state *s = x->state;
    sqlite3_stmt *q = r->event ? s->insert[r->number] : NULL;

    if (!q)
        return;
    sqlite3_bind_int64(q, 1, record_ns(x->t, r->tsc));
    sqlite3_bind_int(q, 2, (int)r->cpu);
    sqlite3_bind_int(q, 3, r->domain);
    sqlite3_bind_int(q, 4, r->vcpu);
    for (unsigned i = 0; i < r->event->field_count; i++)
        bind_field(x, q, (int)i + 5, &r->event->fields[i], field_value(&r->event->fields[i], r->payload));
    if (sqlite3_step(q) != SQLITE_DONE)
        fail("%s: %s", x->path, sqlite3_errmsg(s->db));
    sqlite3_reset(q);
}

static void end(struct export *x)
{
    struct state *s = x->state;

    for (unsigned i = 0; i < 65536; i++)
        sqlite3_finalize(s->insert[i]);
    run(x, "COMMIT");
    if (sqlite3_close(s->db))
        fail("%s: %s", x->path, sqlite3_errmsg(s->db));
    free(s);
}

const struct format format_sqlite;
const struct format format_sqlite = {.wants_path = true, .begin = begin, .record = record, .end = end};
