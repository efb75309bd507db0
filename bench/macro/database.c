/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of OSDB: PostgreSQL and one pgbench client over a Unix socket. Making the database and
 * starting the server is not timed; the client's whole run is, from its start to its end. Each
 * benchmark works on its own copy of the database, with vacuuming by hand only.
 */
#define _GNU_SOURCE
#include "bench/macro/instance.h"
#include "bench/macro/macro.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The image's /etc/passwd has this user: PostgreSQL refuses to be root. */
enum { POSTGRES = 70 };

#define TEMPLATE "/macro/database"
#define DATA     WORK_DIR "/data"
#define SETTINGS                                                                                   \
    "-k " WORK_DIR " -c listen_addresses='' -c autovacuum=off -c fsync=on -c shared_buffers=32MB"

#define as_postgres(output, ...)                                                                   \
    command_run(&(struct command){                                                                 \
        .user = POSTGRES, .out = (output), .argv = (char *[]){__VA_ARGS__, NULL}})

static void server_start(void)
{
    as_postgres(NULL, "pg_ctl", "-D", DATA, "-o", SETTINGS, "-l", WORK_DIR "/log", "-w", "start");
}

static void server_stop(void)
{
    as_postgres(NULL, "pg_ctl", "-D", DATA, "-m", "fast", "-w", "stop");
}

/* 100,000 accounts, and a server that runs. */
static void database_make(void)
{
    as_postgres(NULL, "initdb", "-D", DATA, "-A", "trust", "--no-locale", "-E", "UTF8", "-N");
    server_start();
    as_postgres(NULL, "pgbench", "-h", WORK_DIR, "-q", "-i", "-s", "1", "postgres");
}

/* Made once; the settled files are kept. */
static void template_make(void)
{
    database_make();
    server_stop();
    must(!rename(DATA, TEMPLATE), TEMPLATE);
}

static void database_begin(void)
{
    work_begin();
    if (access(TEMPLATE, F_OK))
        template_make();
    run("cp", "-a", TEMPLATE, DATA);
    server_start();
}

/* The client with these options. */
#define CLIENT(...)                                                                                \
    (struct command)                                                                               \
    {                                                                                              \
        .user = POSTGRES, .out = WORK_DIR "/pgbench",                                              \
        .argv = (char *[]){"pgbench", "-h", WORK_DIR, "-n", "-c", "1", __VA_ARGS__,                \
                           "--random-seed=2003", "postgres", NULL}                                 \
    }

/* Time of `count` transactions of the script that `how` chooses. */
static uint64_t transactions_time(unsigned count, char *how, char *script)
{
    char number[16];
    snprintf(number, sizeof number, "%u", count);
    return command_time(&CLIENT("-t", number, how, script));
}

uint64_t bench_db_ir(unsigned iterations)
{
    database_begin();
    uint64_t took = transactions_time(iterations, "-f", IN_DIR "ir.sql");
    server_stop();
    return took;
}

/* What psql prints for the questions of a file must be `answer`. */
static void answer_check(char *file, const char *answer)
{
    char said[256] = "";
    as_postgres(WORK_DIR "/answer", "psql", "-h", WORK_DIR, "-A", "-t", "-q", "-f", file,
                "postgres");
    FILE *f = fopen(WORK_DIR "/answer", "r");
    must(f && fread(said, 1, sizeof said - 1, f) > 0 && !strcmp(said, answer),
         "the database is not what the transactions make it");
    fclose(f);
}

uint64_t bench_db_oltp(unsigned iterations)
{
    char answer[32];
    database_begin();
    uint64_t took = transactions_time(iterations, "-b", "tpcb-like");
    snprintf(answer, sizeof answer, "%u\n1\n", iterations);
    answer_check(IN_DIR "oltp-check.sql", answer);
    server_stop();
    return took;
}

/* ---- windows of time ---- */

#define LOG WORK_DIR "/log-of-client"

void database_begin_empty(void)
{
    work_begin();
    database_make();
}

static double part_within(double from, double to, const struct window *w)
{
    double first = from > w->begin_ms ? from : w->begin_ms, last = to < w->end_ms ? to : w->end_ms;
    return last > first ? (last - first) / (to - from) : 0;
}

/* pgbench's log has a line for each transaction: client, number, its time in us, script, when it ended. */
static double transactions_within(const char *log, const struct window *w)
{
    double took_us, second, us, done = 0;
    FILE *f = fopen(log, "r");
    must(f, log);
    while (fscanf(f, "%*u %*u %lf %*u %lf %lf", &took_us, &second, &us) == 3) {
        double ended_ms = second * 1e3 + us / 1e3;
        done += part_within(ended_ms - took_us / 1e3, ended_ms, w);
    }
    fclose(f);
    return done;
}

/* The client counts in seconds, and a transaction more is needed at either end. */
static double transactions_in(const struct window *w, char *how, char *script)
{
    char seconds[16], log[64];
    snprintf(seconds, sizeof seconds, "%u", (unsigned)((w->end_ms - w->start_ms) / 1000 + 1));
    struct command client = CLIENT("-T", seconds, "-l", "--log-prefix=" LOG, how, script);
    int pid = command_start(&client);
    must_exit(pid, 0);
    snprintf(log, sizeof log, LOG ".%d", pid);
    double done = transactions_within(log, w);
    must(!unlink(log), log);
    return done;
}

double db_ir_window(const struct window *w)
{
    return transactions_in(w, "-f", IN_DIR "ir.sql");
}

double db_oltp_window(const struct window *w)
{
    return transactions_in(w, "-b", "tpcb-like");
}
