/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/explain/tally.h"
#include "trace/vtrace/fail.h"

#include <stdlib.h>
#include <string.h>

/* From the end: the counting plugin tells what belongs together in one go. */
static struct count *find(const struct tally *t, const char *name)
{
    for (size_t i = t->count; i-- > 0;)
        if (!strcmp(t->counts[i].name, name))
            return &t->counts[i];
    return NULL;
}

void tally_append(struct tally *t, const char *name, uint64_t n)
{
    struct count *c;

    if (!(t->count & (t->count - 1)))
        t->counts = must_realloc(t->counts, t->count ? t->count * 2 : 1, sizeof(*t->counts));
    c = &t->counts[t->count++];
    *c = (struct count){strdup(name), n};
    if (!c->name)
        fail("there is not enough memory");
}

void tally_add(struct tally *t, const char *name, uint64_t n)
{
    struct count *c = find(t, name);

    if (c)
        c->n += n;
    else
        tally_append(t, name, n);
}

uint64_t tally_of(const struct tally *t, const char *name)
{
    const struct count *c = find(t, name);

    return c ? c->n : 0;
}

void tally_free(struct tally *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->counts[i].name);
    free(t->counts);
    *t = (struct tally){0};
}
