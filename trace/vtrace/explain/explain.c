/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/explain/explain.h"
#include "trace/vtrace/explain/rows.h"
#include "trace/vtrace/fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNEXPLAINED_MAX 0.03

static double per(double n, const struct sample *s)
{
    return n / s->operations;
}

/* Both sides' rows; those beyond EXPLAIN_ROWS are left to the unexplained rest. */
static void add_part(struct explanation *e, const char *who, const char *path, double instructions)
{
    for (size_t i = 0; i < e->count; i++)
        if (!strcmp(e->parts[i].path, path)) {
            e->parts[i].instructions += instructions;
            return;
        }
    if (e->count < EXPLAIN_ROWS - 1)
        e->parts[e->count++] = (struct part){who, path, instructions};
}

static void add_side(struct explanation *e, const struct sample *s, double sign)
{
    const struct tally *rows = &s->of->rows;

    add_part(e, "guest kernel", "guest kernel path", sign * per((double)s->of->kernel, s));
    add_part(e, "user", "user program", sign * per((double)s->of->user, s));
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->counts[i].name, ROW_UNEXPLAINED))
            add_part(e, "hypervisor", rows->counts[i].name, sign * per((double)rows->counts[i].n, s));
}

static int largest_first(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->instructions != y->instructions)
        return x->instructions > y->instructions ? -1 : 1;
    return strcmp(x->path, y->path);
}

static void add_rest(struct explanation *e)
{
    double rest = e->now - e->before;

    for (size_t i = 0; i < e->count; i++)
        rest -= e->parts[i].instructions;
    e->parts[e->count++] = (struct part){"-", ROW_UNEXPLAINED, rest};
}

struct explanation explain(const char *benchmark, struct sample was, struct sample is)
{
    struct explanation e = {.benchmark = benchmark, .was = was, .is = is};

    e.before = per(was.instructions, &was);
    e.now = per(is.instructions, &is);
    add_side(&e, &was, -1);
    add_side(&e, &is, 1);
    qsort(e.parts, e.count, sizeof(e.parts[0]), largest_first);
    add_rest(&e);
    return e;
}

bool is_explained(const struct explanation *e)
{
    return fabs(e->parts[e->count - 1].instructions) <= UNEXPLAINED_MAX * fabs(e->now - e->before);
}

static int most_changed_first(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    double by = fabs(x->now - x->before), other = fabs(y->now - y->before);

    return by > other ? -1 : by < other ? 1 : strcmp(x->name, y->name);
}

struct change *changes(const struct explanation *e, const struct tally *was, const struct tally *is, size_t *count)
{
    struct change *all = must_calloc(was->count + is->count + 1, sizeof(*all));
    size_t n = 0;

    for (size_t i = 0; i < is->count; i++)
        all[n++] = (struct change){is->counts[i].name, per((double)tally_of(was, is->counts[i].name), &e->was),
                                   per((double)is->counts[i].n, &e->is)};
    for (size_t i = 0; i < was->count; i++)
        if (!tally_of(is, was->counts[i].name))
            all[n++] = (struct change){was->counts[i].name, per((double)was->counts[i].n, &e->was), 0};
    qsort(all, n, sizeof(*all), most_changed_first);
    *count = n;
    return all;
}
