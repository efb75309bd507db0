/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/rings/running.h"
#include "trace/vtrace/fail.h"

#include <stdlib.h>

#define DOMAINS 65536u
#define NOBODY  DOMAIN_IDLE

struct running {
    const struct event *turn; /* the event that tells who runs; NULL: there is none */
    const struct field *next;
    uint16_t *on; /* by ring: who runs on its CPU */
    struct stretch {
        uint64_t begin, end;
        unsigned cpus; /* that it runs on; 0: not since `end` */
    } of[DOMAINS];
};

struct running *running_new(const struct trace *t)
{
    struct running *w = must_calloc(1, sizeof(*w));

    w->turn = t->turn;
    w->next = t->turn ? event_field(t->turn, "next_domain") : NULL;
    w->on = must_calloc(t->ring_count, sizeof(*w->on));
    for (size_t i = 0; i < t->ring_count; i++)
        w->on[i] = NOBODY;
    return w;
}

void running_free(struct running *w)
{
    free(w->on);
    free(w);
}

static void stops(struct running *w, uint16_t domain, uint64_t now)
{
    struct stretch *s = &w->of[domain];

    if (domain != NOBODY && s->cpus && --s->cpus == 0)
        s->end = now;
}

static void starts(struct running *w, uint16_t domain, uint64_t now)
{
    struct stretch *s = &w->of[domain];

    if (domain != NOBODY && s->cpus++ == 0)
        s->begin = now;
}

void running_record(struct running *w, const struct record *r)
{
    bool is_turn = r->event && r->event == w->turn && w->next;
    uint16_t now = is_turn ? (uint16_t)field_value(w->next, r->payload) : r->domain;

    if (w->on[r->ring] == now)
        return;
    stops(w, w->on[r->ring], r->tsc);
    starts(w, now, r->tsc);
    w->on[r->ring] = now;
}

bool runs_now(const struct running *w, uint16_t domain)
{
    return w->of[domain].cpus;
}

uint64_t runs_since(const struct running *w, uint16_t domain)
{
    return w->of[domain].begin;
}

uint64_t ran_until(const struct running *w, uint16_t domain, uint64_t now)
{
    return runs_now(w, domain) ? now : w->of[domain].end;
}
