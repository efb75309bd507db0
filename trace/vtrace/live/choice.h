/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is recorded: events, and the domains during which they are. As text, a list with commas of classes, events,
 * `all` and `none`; a name after - is taken out, after + it is added. A list that begins with + or - changes what is
 * recorded now, any other begins with nothing.
 */
#ifndef VTRACE_CHOICE_H
#define VTRACE_CHOICE_H

#include "trace/vtrace/live/live.h"

#include <jansson.h>
#include <stdio.h>

#define CHOICE_DOMAINS 128 /* numbers of domains are below; idle is the one behind */

struct choice {
    const struct live *live;
    bool *events;                      /* by their place in the schema */
    bool domains[CHOICE_DOMAINS + 1];
};

/* What is recorded now. */
void choice_read(struct choice *c, const struct live *l);

/* Changes a choice as the text says: a list of events; "all", or numbers of domains and "idle" with commas.
 * Fails with a sentence when there is no such thing. */
void choice_events(struct choice *c, const char *list);
void choice_domains(struct choice *c, const char *list);

/* Makes it what is recorded. */
void choice_apply(const struct choice *c);

bool choice_is_empty(const struct choice *c);
void choice_copy(struct choice *to, const struct choice *from);
void choice_print(FILE *out, const struct choice *c);
json_t *choice_json(const struct choice *c);

#endif
