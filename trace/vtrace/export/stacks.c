/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/export/stacks.h"
#include "trace/vtrace/places.h"

#include <stdlib.h>
#include <string.h>

struct span {
    uint64_t begin, end;
    struct node *who;  /* the vCPU's node */
    const char *label;
    const char *place; /* the function it happened in, NULL: not known */
};

#define CPUS  256         /* further ones share the last place */
#define BATCH (1u << 20)  /* spans of a CPU, from which on old ones become part of the tree */
#define NAMES (1u << 14)

/* A label, once. */
struct label {
    struct label *before; /* made before it */
    char text[];
};

struct pending {
    struct span *spans;
    size_t count, room;
};

struct stacks {
    const struct trace *t;
    struct node root;
    struct pending cpu[CPUS];
    struct label *names[NAMES], *newest;
    unsigned name_count;
};

struct stacks *stacks_new(const struct trace *t)
{
    struct stacks *s = must_calloc(1, sizeof(*s));

    s->t = t;
    return s;
}

static const char *add_label(struct stacks *s, struct label **place, const char *text)
{
    struct label *n = must_calloc(1, sizeof(*n) + strlen(text) + 1);

    strcpy(n->text, text);
    n->before = s->newest;
    s->newest = *place = n;
    s->name_count++;
    return n->text;
}

/* One copy of each label, so that they compare by address. */
static const char *intern(struct stacks *s, const char *text)
{
    uint32_t hash = 2166136261u;

    for (const char *c = text; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    for (;; hash++) {
        struct label **place = &s->names[hash % NAMES];

        if (!*place)
            return s->name_count == NAMES / 2 ? "other" : add_label(s, place, text);
        if (!strcmp((*place)->text, text))
            return (*place)->text;
    }
}

static struct node *child_of(struct node *parent, const char *label)
{
    struct node *n;

    for (n = parent->child; n; n = n->sibling)
        if (n->label == label)
            return n;
    n = must_calloc(1, sizeof(*n));
    *n = (struct node){.label = label, .parent = parent, .sibling = parent->child};
    parent->child = n;
    return n;
}

static bool contains(const struct span *outer, const struct span *inner)
{
    return outer->who == inner->who && outer->begin <= inner->begin && inner->end <= outer->end;
}

/* Hangs spans, given in the order of their ends, into the tree. */
static void hang(const struct span *spans, size_t count)
{
    const struct span *path[32];
    struct node *nodes[32];
    unsigned depth = 0;

    for (size_t i = count; i-- > 0;) {
        const struct span *p = &spans[i];
        struct node *n;

        while (depth && !contains(path[depth - 1], p))
            depth--;
        n = depth ? nodes[depth - 1] : p->who;
        n = child_of(p->place ? child_of(n, p->place) : n, p->label);
        n->count++;
        n->self += (int64_t)(p->end - p->begin);
        if (depth)
            nodes[depth - 1]->self -= (int64_t)(p->end - p->begin);
        if (depth < 32) {
            path[depth] = p;
            nodes[depth++] = n;
        }
    }
}

/* How many of the first spans no later one can contain: a span takes less than 2^32 ticks. */
static size_t settled(const struct pending *c)
{
    uint64_t now = c->spans[c->count - 1].end, least = now;
    size_t n = c->count;

    while (n && (c->spans[n - 1].end >= least || now - c->spans[n - 1].end <= UINT32_MAX)) {
        n--;
        if (c->spans[n].begin < least)
            least = c->spans[n].begin;
    }
    return n;
}

static void settle(struct pending *c)
{
    size_t n = settled(c);

    hang(c->spans, n);
    memmove(c->spans, c->spans + n, (c->count - n) * sizeof(*c->spans));
    c->count -= n;
}

void stacks_add(struct stacks *s, const struct record *r)
{
    struct pending *c = &s->cpu[r->cpu < CPUS ? r->cpu : CPUS - 1];
    uint64_t ticks = record_ticks(r);
    const char *place = record_place(s->t, r);
    char label[128], who[24];

    if (!r->event || !r->event->is_span)
        return;
    if (c->count == c->room && c->room >= BATCH)
        settle(c);
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 1024;
        c->spans = must_realloc(c->spans, c->room, sizeof(*c->spans));
    }
    c->spans[c->count++] = (struct span){
        .begin = r->tsc < ticks ? 0 : r->tsc - ticks,
        .end = r->tsc,
        .who = child_of(&s->root, intern(s, who_label(who, sizeof(who), r->domain, r->vcpu))),
        .label = intern(s, record_label(label, sizeof(label), s->t, r)),
        .place = place ? intern(s, place) : NULL,
    };
}

static void sort(struct node *parent)
{
    struct node *sorted = NULL;

    for (struct node *n = parent->child, *next; n; n = next) {
        struct node **at = &sorted;

        next = n->sibling;
        while (*at && strcmp((*at)->label, n->label) < 0)
            at = &(*at)->sibling;
        n->sibling = *at;
        *at = n;
        sort(n);
    }
    parent->child = sorted;
}

struct node *stacks_end(struct stacks *s)
{
    for (unsigned i = 0; i < CPUS; i++)
        hang(s->cpu[i].spans, s->cpu[i].count);
    sort(&s->root);
    return &s->root;
}

static void free_children(struct node *parent)
{
    for (struct node *n = parent->child, *next; n; n = next) {
        next = n->sibling;
        free_children(n);
        free(n);
    }
}

void stacks_free(struct stacks *s)
{
    free_children(&s->root);
    for (unsigned i = 0; i < CPUS; i++)
        free(s->cpu[i].spans);
    for (struct label *n = s->newest, *before; n; n = before) {
        before = n->before;
        free(n);
    }
    free(s);
}

uint64_t node_self(const struct node *n)
{
    return n->self > 0 ? (uint64_t)n->self : 0;
}

uint64_t node_total(const struct node *n)
{
    uint64_t sum = node_self(n);

    for (const struct node *c = n->child; c; c = c->sibling)
        sum += node_total(c);
    return sum;
}
