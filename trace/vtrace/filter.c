/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/filter.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/options.h"

#include <stdlib.h>
#include <string.h>

#define ANY UINT64_MAX

struct filter {
    bool wanted[65536]; /* by number of event */
    uint64_t cpu, domain;
};

/* One class or event name; events may be written class.event. */
static bool want(struct filter *f, const struct trace *t, const char *name)
{
    const char *dot = strchr(name, '.');
    bool found = false;

    for (size_t i = 0; i < t->schema.event_count; i++) {
        const struct event *e = &t->schema.events[i];
        bool is_class = !strcmp(name, e->class) || !strcmp(name, "all");
        bool is_event = !strcmp(dot ? dot + 1 : name, e->name) &&
                        (!dot || !strncmp(name, e->class, (size_t)(dot - name)));

        if (is_class || is_event)
            found = f->wanted[e->number] = true;
    }
    return found;
}

static void want_all(struct filter *f, const struct trace *t, const char *list)
{
    char *names = strdup(list), *at = names, *name;

    while (at && (name = strsep(&at, ",")))
        if (*name && !want(f, t, name))
            fail("there is no class or event \"%s\" in this trace; `vtrace list` shows all", name);
    free(names);
}

struct filter *filter_make(const struct trace *t, const struct options *o)
{
    struct filter *f = must_calloc(1, sizeof(*f));
    const char *names = option_text(o, 'e');

    f->cpu = option_number(o, 'c', ANY);
    f->domain = option_number(o, 'd', ANY);
    if (names)
        want_all(f, t, names);
    else
        memset(f->wanted, true, sizeof(f->wanted));
    return f;
}

bool filter_passes(const struct filter *f, const struct record *r)
{
    return f->wanted[r->number] && (f->cpu == ANY || r->cpu == f->cpu) &&
           (f->domain == ANY || r->domain == f->domain);
}

bool filter_wants_event(const struct filter *f, uint16_t number)
{
    return f->wanted[number];
}

void filter_free(struct filter *f)
{
    free(f);
}
