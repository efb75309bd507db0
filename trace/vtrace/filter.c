/* SPDX-License-Identifier: BSD-2-Clause */
/* Which records are wanted: by class or event, CPU, domain. */
#include "trace/vtrace/vtrace.h"

#include <string.h>

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

bool filter_make(struct filter *f, const struct trace *t, const struct options *o, char *why,
                 size_t why_size)
{
    char names[1024], *at = names, *name;

    memset(f, 0, sizeof(*f));
    f->options = o;
    if (!o->events) {
        memset(f->wanted, true, sizeof(f->wanted));
        return true;
    }
    snprintf(names, sizeof(names), "%s", o->events);
    while ((name = strsep(&at, ",")))
        if (*name && !want(f, t, name)) {
            snprintf(why, why_size,
                     "there is no class or event \"%s\" in this trace; `vtrace list` shows all", name);
            return false;
        }
    return true;
}

bool filter_passes(const struct filter *f, const struct record *r)
{
    return f->wanted[r->number] && (f->options->cpu < 0 || r->cpu == (unsigned long)f->options->cpu) &&
           (f->options->domain < 0 || r->domain == (unsigned long)f->options->domain);
}
