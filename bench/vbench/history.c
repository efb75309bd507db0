/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/history.h"
#include "bench/vbench/host.h"
#include "bench/vbench/result.h"

#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char schema[] =
    "CREATE TABLE document (id INTEGER PRIMARY KEY, path TEXT UNIQUE, date TEXT, commit_id TEXT,"
    " suite TEXT, qemu TEXT);"
    "CREATE TABLE value (document INTEGER REFERENCES document, column_name TEXT, benchmark TEXT,"
    " ns REAL);"
    "CREATE INDEX value_of ON value (benchmark, column_name);"
    "BEGIN";

/* Runs a statement with these texts, then `number` behind them; true if it is done. */
static bool insert(sqlite3 *db, const char *sql, const char *const texts[], int n, int id,
                   double number)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_int(statement, 1, id);
    for (int i = 0; i < n; i++)
        sqlite3_bind_text(statement, i + 2, texts[i], -1, SQLITE_TRANSIENT);
    sqlite3_bind_double(statement, n + 2, number);
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    return sqlite3_finalize(statement) == SQLITE_OK && done;
}

static bool insert_values(sqlite3 *db, int id, const struct result *r)
{
    bool done = true;
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        int column = i / ROWS, row = i % ROWS;
        double value;
        const char *texts[] = {column_names[column], suite_rows[row].name};
        if (metric_value(r->columns[column].metrics, row, &value))
            done &= insert(db, "INSERT INTO value VALUES (?, ?, ?, ?)", texts, 2, id,
                           value * unit_ns(suite_rows[row].unit));
    }
    return done;
}

static bool insert_document(sqlite3 *db, int id, const char *path)
{
    static struct result r;
    if (result_read(&r, path))
        return true; /* said, and left out */
    const char *texts[] = {path, r.date, r.commit, r.suite, r.qemu};
    /* SQLite ignores a parameter the statement does not have. */
    bool done = insert(db, "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)", texts, 5, id, 0) &&
                insert_values(db, id, &r);
    result_free(&r);
    return done;
}

static bool fill(sqlite3 *db, const char *const patterns[], int *count)
{
    bool done = sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK;
    for (; *patterns; patterns++) {
        glob_t found;
        if (glob(*patterns, 0, NULL, &found) == 0)
            for (size_t i = 0; done && i < found.gl_pathc; i++)
                done = insert_document(db, ++*count, found.gl_pathv[i]);
        globfree(&found);
    }
    return done && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

int history_build(const char *path, const char *const patterns[])
{
    sqlite3 *db = NULL;
    int count = 0, rc = parents_make(path);
    char *next = text("%s.%d.new", path, (int)getpid());
    bool done = rc == 0 && sqlite3_open(next, &db) == SQLITE_OK && fill(db, patterns, &count);
    if (!done)
        complain("cannot make the index %s: %s", path, db ? sqlite3_errmsg(db) : strerror(-rc));
    sqlite3_close(db);
    if (done && rename(next, path)) {
        complain("cannot make the index %s: %s", path, strerror(errno));
        done = false;
    }
    if (!done)
        unlink(next);
    free(next);
    return done ? count : -EIO;
}

static const char *text_at(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

static void print_value(FILE *out, sqlite3_stmt *value)
{
    fprintf(out, "%-20s %-16s %-14s %-18s %14.1f\n", text_at(value, 0), text_at(value, 1),
            text_at(value, 2), text_at(value, 3), sqlite3_column_double(value, 4));
}

static json_t *value_to_json(sqlite3_stmt *value)
{
    return json_pack("{s:s?, s:s?, s:s, s:s, s:f}", "date", text_at(value, 0), "commit",
                     text_at(value, 1), "column", text_at(value, 2), "benchmark", text_at(value, 3),
                     "ns", sqlite3_column_double(value, 4));
}

/* Prints what the statement finds, or appends it to `all` where there is such a list. */
static void take_values(FILE *out, sqlite3_stmt *statement, json_t *all)
{
    while (sqlite3_step(statement) == SQLITE_ROW)
        if (all)
            json_array_append_new(all, value_to_json(statement));
        else
            print_value(out, statement);
}

int history_print(FILE *out, const char *path, char *const names[], int n, bool as_json)
{
    static const char sql[] =
        "SELECT date, commit_id, column_name, benchmark, ns FROM value JOIN document ON"
        " document = id WHERE ?1 IS NULL OR benchmark = ?1 ORDER BY benchmark, column_name, date, path";
    sqlite3 *db;
    sqlite3_stmt *statement = NULL;
    json_t *all = as_json ? json_array() : NULL;
    bool ready = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                 sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK;
    if (!ready)
        complain("cannot read the index %s: %s", path, sqlite3_errmsg(db));
    else if (!all)
        fprintf(out, "%-20s %-16s %-14s %-18s %14s\n", "date", "commit", "column", "benchmark",
                "instructions");
    for (int i = 0; ready && i < (n ? n : 1); i++) {
        sqlite3_bind_text(statement, 1, n ? names[i] : NULL, -1, SQLITE_TRANSIENT);
        take_values(out, statement, all);
        sqlite3_reset(statement);
    }
    if (all && ready) {
        json_dumpf(all, out, JSON_INDENT(1));
        fputc('\n', out);
    }
    json_decref(all);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return ready ? 0 : -EIO;
}
