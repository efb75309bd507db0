/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/counters.h"
#include "bench/vbench/host.h"
#include "bench/vbench/pmu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names that are not counted for one reason. */
struct refusal {
    char *names, *why;
};

/* The list with one more name; takes the old one. */
static char *joined(char *list, const char *between, const char *name)
{
    char *longer = list ? text("%s%s%s", list, between, name) : text("%s", name);
    free(list);
    return longer;
}

/* Takes `why`. */
static void refuse(struct refusal refused[COUNTERS_MAX], const char *name, char *why)
{
    unsigned i = 0;
    while (i + 1 < COUNTERS_MAX && refused[i].why && strcmp(refused[i].why, why))
        i++;
    refused[i].names = joined(refused[i].names, ", ", name);
    free(refused[i].why);
    refused[i].why = why;
}

static void complain_of(struct refusal refused[COUNTERS_MAX])
{
    for (unsigned i = 0; i < COUNTERS_MAX && refused[i].why; i++) {
        complain("not counted: %s: %s", refused[i].names, refused[i].why);
        free(refused[i].names);
        free(refused[i].why);
    }
}

char *counters_possible(const char *list)
{
    char *names = strdupa(list), *save = NULL, *possible = NULL, *why;
    struct refusal refused[COUNTERS_MAX] = {0};
    unsigned n = 0;
    for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        int fd = n < COUNTERS_MAX ? pmu_open(name, 0, &why) : -1;
        if (fd >= 0) {
            close(fd);
            possible = joined(possible, ",", name);
            n++;
        } else {
            refuse(refused, name, n < COUNTERS_MAX ? why : text("%d at once are the most", COUNTERS_MAX));
        }
    }
    complain_of(refused);
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
