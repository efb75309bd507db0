/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SQLite's transactions, timed by the program that makes them (store.c).
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"

#include <stdio.h>
#include <unistd.h>

uint64_t bench_db_sqlite(unsigned iterations)
{
    char command[64];
    unsigned long long took;
    snprintf(command, sizeof command, "cd /tmp && exec store %u", iterations);
    FILE *store = popen(command, "r");
    must(store && fscanf(store, "%llu", &took) == 1, "store");
    must(pclose(store) == 0, "store failed");
    return took;
}
