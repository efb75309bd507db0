/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/event.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct event *find(const struct event_list *list, const char *name)
{
    for (unsigned i = 0; i < list->n; i++)
        if (!strcmp(list->of[i].name, name))
            return (struct event *)&list->of[i];
    return NULL;
}

/* False when there are too many. */
static bool add(struct event_list *list, const char *name, uint64_t count)
{
    struct event *event = find(list, name);
    if (!event && count) {
        if (list->n == EVENTS_MAX)
            return false;
        event = &list->of[list->n++];
        strcpy(event->name, name);
    }
    if (event)
        event->count += count;
    return true;
}

struct event_list *events_read(const char *path)
{
    char name[EVENT_NAME_MAX];
    uint64_t count;
    bool is_whole = true;
    FILE *in = fopen(path, "r");
    struct event_list *list = in ? calloc(1, sizeof *list) : NULL;
    while (list && is_whole && fscanf(in, "%47s %" SCNu64, name, &count) == 2)
        is_whole = add(list, name, count);
    if (list && (!is_whole || !feof(in))) {
        free(list);
        list = NULL;
        errno = EINVAL;
    }
    if (in)
        fclose(in);
    return list;
}

uint64_t event_count(const struct event_list *list, const char *name)
{
    const struct event *event = list ? find(list, name) : NULL;
    return event ? event->count : 0;
}
