/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/counters.h"
#include "bench/vbench/host.h"
#include "bench/vbench/pmu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *counters_possible(const char *list)
{
    char *names = strdupa(list), *save = NULL, *possible = NULL, *why;
    for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        int fd = pmu_open(name, 0, &why);
        if (fd < 0) {
            complain("%s is not counted: %s", name, why);
            free(why);
            continue;
        }
        close(fd);
        char *longer = possible ? text("%s,%s", possible, name) : text("%s", name);
        free(possible);
        possible = longer;
    }
    return possible;
}

void counters_open(struct counters *c, const char *list, pid_t process)
{
    char *names = strdupa(list), *save = NULL, *why;
    *c = (struct counters){0};
    for (char *name = strtok_r(names, ",", &save); name && c->n < COUNTERS_MAX;
         name = strtok_r(NULL, ",", &save)) {
        struct counter *counter = &c->of[c->n];
        counter->fd = pmu_open(name, process, &why);
        if (counter->fd < 0) {
            free(why);
            continue;
        }
        snprintf(counter->name, sizeof counter->name, "%s", name);
        c->n++;
    }
}

static uint64_t count_of(const struct counter *counter)
{
    uint64_t count;
    return read(counter->fd, &count, sizeof count) == sizeof count ? count : 0;
}

void counters_mark(struct counters *c)
{
    for (unsigned i = 0; i < c->n; i++)
        c->of[i].marked = count_of(&c->of[i]);
}

struct event_list *counters_since(const struct counters *c)
{
    struct event_list *list = c->n ? calloc(1, sizeof *list) : NULL;
    for (unsigned i = 0; list && i < c->n; i++) {
        struct event *event = &list->of[list->n++];
        snprintf(event->name, sizeof event->name, "%s", c->of[i].name);
        event->count = count_of(&c->of[i]) - c->of[i].marked;
    }
    return list;
}

void counters_close(struct counters *c)
{
    for (unsigned i = 0; i < c->n; i++)
        close(c->of[i].fd);
    c->n = 0;
}
