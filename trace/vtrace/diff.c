/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace diff: two runs, aligned by logical time: the n-th hypercall or trap of a vCPU in one is that in the
 * other. Says where each vCPU's sequences first part, and which operations differ in number or duration. Two
 * runs of one build under icount give nothing. Addresses and times of day are not compared: what an operation
 * is, is its event and the fields that are named numbers.
 */
#include "trace/vtrace/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KINDS 1024

struct step { /* one hypercall or trap of a vCPU */
    uint64_t tsc;
    uint32_t dur; /* ticks; 0: an instant */
    char what[52];
};

struct sequence {
    struct step *steps;
    size_t count;
};

struct kind {
    char what[52];
    uint64_t count[2], ticks[2];
};

struct vcpu {
    uint16_t domain, vcpu;
    struct sequence side[2];
};

struct difference {
    const struct trace *t[2];
    struct vcpu *vcpus;
    size_t vcpu_count;
    struct kind kinds[MAX_KINDS];
    unsigned kind_count;
    bool too_many;
};

static bool is_step(const struct event *e)
{
    return !strcmp(e->class, "hypercall") || !strcmp(e->class, "trap");
}

/* Its event and its named numbers; the sub-command too. */
static void name_step(const struct trace *t, const struct record *r, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "%s", r->event->name);

    for (unsigned i = 0; i < r->event->field_count && n < size; i++) {
        const struct field *f = &r->event->fields[i];
        char text[64];

        if (f->enumeration >= 0 || !strcmp(f->name, "sub"))
            n += (size_t)snprintf(out + n, size - n, " %s",
                                  text_field(text, sizeof(text), t, f, field_value(f, r->payload)));
    }
}

static struct vcpu *vcpu_of(struct difference *d, const struct record *r)
{
    for (size_t i = 0; i < d->vcpu_count; i++)
        if (d->vcpus[i].domain == r->domain && d->vcpus[i].vcpu == r->vcpu)
            return &d->vcpus[i];
    d->vcpus = must_realloc(d->vcpus, d->vcpu_count + 1, sizeof(*d->vcpus));
    d->vcpus[d->vcpu_count] = (struct vcpu){.domain = r->domain, .vcpu = r->vcpu};
    return &d->vcpus[d->vcpu_count++];
}

static void count_kind(struct difference *d, unsigned side, const struct step *s)
{
    unsigned i = 0;

    while (i < d->kind_count && strcmp(d->kinds[i].what, s->what))
        i++;
    if (i == MAX_KINDS) {
        d->too_many = true;
        return;
    }
    if (i == d->kind_count)
        memcpy(d->kinds[d->kind_count++].what, s->what, sizeof(s->what));
    d->kinds[i].count[side]++;
    d->kinds[i].ticks[side] += s->dur;
}

static void add_step(struct sequence *q, const struct step *s)
{
    if (!(q->count & (q->count - 1)))
        q->steps = must_realloc(q->steps, q->count ? q->count * 2 : 1, sizeof(*s));
    q->steps[q->count++] = *s;
}

static void read_side(struct difference *d, unsigned side, const struct options *o)
{
    const struct trace *t = d->t[side];
    struct records *s = records_open(t, o);
    struct column dur;
    struct record r;

    column_make(&dur, &t->schema, "dur");
    while (records_next(s, &r)) {
        struct step step = {.tsc = r.tsc};

        if (!r.event || !is_step(r.event))
            continue;
        step.dur = (uint32_t)column_value(&dur, &r, 0);
        name_step(t, &r, step.what, sizeof(step.what));
        add_step(&vcpu_of(d, &r)->side[side], &step);
        count_kind(d, side, &step);
    }
    records_close(s);
    column_free(&dur);
}

/* The first step in which the two are not the same; SIZE_MAX: there is none. */
static size_t parts_at(const struct vcpu *v)
{
    size_t n = v->side[0].count < v->side[1].count ? v->side[0].count : v->side[1].count;

    for (size_t i = 0; i < n; i++)
        if (strcmp(v->side[0].steps[i].what, v->side[1].steps[i].what))
            return i;
    return v->side[0].count == v->side[1].count ? SIZE_MAX : n;
}

static void describe(const struct difference *d, const struct vcpu *v, unsigned side, size_t at, char *out,
                     size_t size)
{
    const struct sequence *q = &v->side[side];

    if (at >= q->count)
        snprintf(out, size, "nothing more");
    else
        snprintf(out, size, "%s at %.9f s", q->steps[at].what, trace_ns(d->t[side], q->steps[at].tsc) / 1e9);
}

static bool print_parting(const struct difference *d, const struct vcpu *v)
{
    size_t at = parts_at(v);
    char a[120], b[120];

    if (at == SIZE_MAX)
        return false;
    describe(d, v, 0, at, a, sizeof(a));
    describe(d, v, 1, at, b, sizeof(b));
    printf("d%uv%u parts at its step %zu: A has %s, B has %s\n", v->domain, v->vcpu, at + 1, a, b);
    return true;
}

static double change_ns(const struct difference *d, const struct kind *k)
{
    return ticks_ns(d->t[1], k->ticks[1]) - ticks_ns(d->t[0], k->ticks[0]);
}

static bool differs(const struct kind *k)
{
    return k->count[0] != k->count[1] || k->ticks[0] != k->ticks[1];
}

static void sort_kinds(struct difference *d)
{
    for (unsigned i = 1; i < d->kind_count; i++) { /* few, and mostly in order */
        struct kind k = d->kinds[i];
        unsigned at = i;

        for (; at && change_ns(d, &k) > change_ns(d, &d->kinds[at - 1]); at--)
            d->kinds[at] = d->kinds[at - 1];
        d->kinds[at] = k;
    }
}

static bool print_kinds(const struct difference *d)
{
    bool any = false;

    for (unsigned i = 0; i < d->kind_count; i++) {
        const struct kind *k = &d->kinds[i];
        char a[32], b[32], change[32];
        double ns = change_ns(d, k);

        if (!differs(k))
            continue;
        if (!any)
            printf("\n    %-44s %10s %10s %10s %10s %10s\n", "", "count A", "count B", "time A", "time B", "change");
        any = true;
        printf("    %-44s %10" PRIu64 " %10" PRIu64 " %10s %10s %c%9s\n", k->what, k->count[0], k->count[1],
               text_ns(a, sizeof(a), ticks_ns(d->t[0], k->ticks[0])),
               text_ns(b, sizeof(b), ticks_ns(d->t[1], k->ticks[1])), ns < 0 ? '-' : '+',
               text_ns(change, sizeof(change), ns < 0 ? -ns : ns));
    }
    return any;
}

static bool json_difference(const struct difference *d, json_t *partings, json_t *kinds)
{
    for (size_t i = 0; i < d->vcpu_count; i++) {
        const struct vcpu *v = &d->vcpus[i];
        size_t at = parts_at(v);
        char a[120], b[120];

        if (at == SIZE_MAX)
            continue;
        describe(d, v, 0, at, a, sizeof(a));
        describe(d, v, 1, at, b, sizeof(b));
        json_array_append_new(partings, json_pack("{s:i,s:i,s:I,s:s,s:s}", "dom", v->domain, "vcpu", v->vcpu,
                                                  "step", (json_int_t)at + 1, "a", a, "b", b));
    }
    for (unsigned i = 0; i < d->kind_count; i++) {
        const struct kind *k = &d->kinds[i];

        if (differs(k))
            json_array_append_new(
                kinds, json_pack("{s:s,s:I,s:I,s:f,s:f}", "operation", k->what, "count_a",
                                 (json_int_t)k->count[0], "count_b", (json_int_t)k->count[1], "a_ns",
                                 ticks_ns(d->t[0], k->ticks[0]), "b_ns", ticks_ns(d->t[1], k->ticks[1])));
    }
    return json_array_size(partings) || json_array_size(kinds);
}

/* True: the runs differ. */
static bool show(const struct difference *d, bool as_json)
{
    bool differ = false;

    if (as_json) {
        json_t *partings = json_array(), *kinds = json_array();

        differ = json_difference(d, partings, kinds);
        json_print(json_pack("{s:o,s:o,s:o,s:o,s:b}", "a", json_completeness(d->t[0]), "b",
                             json_completeness(d->t[1]), "partings", partings, "operations", kinds, "too_many",
                             d->too_many), false);
        return differ;
    }
    for (unsigned i = 0; i < 2; i++)
        print_completeness(stdout, d->t[i]);
    for (size_t i = 0; i < d->vcpu_count; i++)
        differ |= print_parting(d, &d->vcpus[i]);
    differ |= print_kinds(d);
    if (!differ)
        puts("The runs do not differ.");
    if (d->too_many)
        printf("operations beyond the first %d kinds were not counted\n", MAX_KINDS);
    return differ;
}

int verb_diff(const struct options *o)
{
    static struct difference d;
    struct trace *a = trace_of(o->paths[0]), *b = trace_of(o->paths[1]);
    bool differ;
    int status;

    d.t[0] = a;
    d.t[1] = b;
    read_side(&d, 0, o);
    read_side(&d, 1, o);
    sort_kinds(&d);
    differ = show(&d, option_given(o, 'j'));
    for (size_t i = 0; i < d.vcpu_count; i++) {
        free(d.vcpus[i].side[0].steps);
        free(d.vcpus[i].side[1].steps);
    }
    free(d.vcpus);
    status = exit_status(a) > exit_status(b) ? exit_status(a) : exit_status(b);
    trace_close(a);
    trace_close(b);
    return status ? status : differ;
}
