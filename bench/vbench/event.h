/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exact counts of what the hypervisor was asked to do while a row ran (bench/plugin/events.c).
 */
#ifndef BENCH_VBENCH_EVENT_H
#define BENCH_VBENCH_EVENT_H

#include <stdint.h>

enum { EVENTS_MAX = 64, EVENT_NAME_MAX = 48 };

struct event_list {
    unsigned n;
    struct event {
        char name[EVENT_NAME_MAX];
        uint64_t count;
    } of[EVENTS_MAX]; /* those that happened, by name */
};

/* Reads `NAME COUNT` lines, adding up lines of one name. A list to free; NULL with errno when the
 * file cannot be read or is damaged. */
struct event_list *events_read(const char *path);

/* How often it happened. */
uint64_t event_count(const struct event_list *list, const char *name);

#endif
