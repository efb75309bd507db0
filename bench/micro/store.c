/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: store TRANSACTIONS
 * A bank in an SQLite file in the current directory, made anew: each transaction moves an amount to
 * one of 1000 accounts, notes it in a history and reads the balance back, and is committed with
 * fsync. Prints the ticks all transactions took. A program of its own, so that the library does not
 * make the other micro benchmarks larger.
 */
#include "bench/micro/runner.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ACCOUNTS = 1000 };

static sqlite3 *bank;

static void must_be(int got, int wanted)
{
    if (got == wanted)
        return;
    fprintf(stderr, "store: %s\n", bank ? sqlite3_errmsg(bank) : "SQLite has no memory");
    exit(1);
}

static void say(const char *sql)
{
    must_be(sqlite3_exec(bank, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3_stmt *prepared(const char *sql)
{
    sqlite3_stmt *statement;
    must_be(sqlite3_prepare_v2(bank, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static void bank_open(void)
{
    unlink("bank.db");
    must_be(sqlite3_open("bank.db", &bank), SQLITE_OK);
    say("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN;"
        "CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER);"
        "CREATE TABLE history (account INTEGER, amount INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
        "INSERT INTO account SELECT i, 0 FROM n; COMMIT");
}

/* Runs a statement to its end with account and amount as ?1 and ?2; `rows` it must give. */
static void step(sqlite3_stmt *statement, int account, int amount, int rows)
{
    sqlite3_bind_int(statement, 1, account);
    if (sqlite3_bind_parameter_count(statement) > 1)
        sqlite3_bind_int(statement, 2, amount);
    while (rows--)
        must_be(sqlite3_step(statement), SQLITE_ROW);
    must_be(sqlite3_step(statement), SQLITE_DONE);
    must_be(sqlite3_reset(statement), SQLITE_OK);
}

static uint64_t transactions_time(int count)
{
    sqlite3_stmt *move = prepared("UPDATE account SET balance = balance + ?2 WHERE id = ?1"),
                 *note = prepared("INSERT INTO history VALUES (?1, ?2)"),
                 *look = prepared("SELECT balance FROM account WHERE id = ?1");
    uint64_t start = clock_now();
    for (int i = 0; i < count; i++) {
        int account = 1 + i * 7919 % ACCOUNTS, amount = i % 100 - 50;
        say("BEGIN");
        step(move, account, amount, 0);
        step(note, account, amount, 0);
        step(look, account, amount, 1);
        say("COMMIT");
    }
    return clock_now() - start;
}

/* What was moved is what was noted, and each transaction was. */
static void bank_check(int count)
{
    sqlite3_stmt *sums = prepared("SELECT (SELECT sum(balance) FROM account) = "
                                  "(SELECT sum(amount) FROM history), "
                                  "(SELECT count(*) FROM history)");
    must_be(sqlite3_step(sums), SQLITE_ROW);
    must_be(sqlite3_column_int(sums, 0), 1);
    must_be(sqlite3_column_int(sums, 1), count);
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? atoi(argv[1]) : 0;
    if (count <= 0) {
        fprintf(stderr, "usage: store TRANSACTIONS\n");
        return 2;
    }
    bank_open();
    uint64_t took = transactions_time(count);
    bank_check(count);
    printf("%llu\n", (unsigned long long)took);
    return 0;
}
