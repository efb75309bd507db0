/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace export folded: one line for each stack of spans, frames separated by semicolons, then its own ns. */
#include "trace/vtrace/export/stacks.h"

#include <inttypes.h>

static void put_path(FILE *f, const struct node *n)
{
    if (n->parent->label) {
        put_path(f, n->parent);
        putc(';', f);
    }
    fputs(n->label, f);
}

static void put_node(const struct export *x, const struct node *n)
{
    uint64_t ns = span_ns(x->t, node_self(n));

    if (ns) {
        put_path(x->out, n);
        fprintf(x->out, " %" PRIu64 "\n", ns);
    }
    for (const struct node *c = n->child; c; c = c->sibling)
        put_node(x, c);
}

static void begin(struct export *x)
{
    x->state = stacks_new(x->t);
}

static void record(struct export *x, const struct record *r)
{
    stacks_add(x->state, r);
}

static void end(struct export *x)
{
    put_node(x, stacks_end(x->state));
    stacks_free(x->state);
}

const struct format format_folded;
const struct format format_folded = {.begin = begin, .record = record, .end = end};
