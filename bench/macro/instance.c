/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instance web, instance db: one of several instances of a server with its client, which guests/images/instances
 * lets work at the same time. It says `ready` and takes orders from standard input:
 *
 *      order   WORK START BEGIN END    struct window, for WORK: web, db_ir, db_oltp
 *      answer  done WORK BEGIN OPERATIONS
 */
#include "bench/macro/instance.h"
#include "bench/macro/macro.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void sleep_until(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    must(!clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL), "clock_nanosleep");
}

static const struct work {
    const char *name;
    double (*window)(const struct window *w);
} works[] = {{"web", web_window}, {"db_ir", db_ir_window}, {"db_oltp", db_oltp_window}};

static const struct work *work_find(const char *name)
{
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        if (!strcmp(works[i].name, name))
            return &works[i];
    must(false, name);
    return NULL;
}

/* Until there are no more orders. */
static uint64_t serve(void)
{
    char name[16];
    struct window w;
    puts("ready");
    fflush(stdout);
    while (scanf("%15s %" SCNd64 " %" SCNd64 " %" SCNd64, name, &w.start_ms, &w.begin_ms, &w.end_ms) == 4) {
        const struct work *work = work_find(name);
        sleep_until(w.start_ms);
        printf("done %s %" PRId64 " %.3f\n", name, w.begin_ms, work->window(&w));
        fflush(stdout);
    }
    return 0;
}

static uint64_t web_serve(unsigned unused)
{
    web_begin();
    return serve();
}

static uint64_t database_serve(unsigned unused)
{
    database_begin_empty();
    return serve();
}

/* The runner's (bench/micro/main.c), of which this takes the command line and the way to fail. */
const char program_name[] = "instance";

const struct bench benches[] = {{"web", "instances", "", 1, 1, web_serve}, {"db", "instances", "", 1, 1, database_serve}};
const size_t bench_count = sizeof benches / sizeof *benches;
