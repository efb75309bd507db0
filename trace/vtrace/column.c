/* SPDX-License-Identifier: BSD-2-Clause */
/* One field in all the events that have it. */
#include "trace/vtrace/cursor.h"
#include "trace/vtrace/fail.h"

#include <stdlib.h>

void column_make(struct column *c, const struct schema *s, const char *name)
{
    c->first = s->events;
    c->of = must_calloc(s->event_count + 1, sizeof(const struct field *));
    for (size_t i = 0; i < s->event_count; i++)
        c->of[i] = event_field(&s->events[i], name);
}

void column_free(struct column *c)
{
    free(c->of);
}
