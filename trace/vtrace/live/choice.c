/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/live/choice.h"
#include "hypervisor/pv/vantage_op.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IDLE 0x7fff

static uint16_t domain_number(unsigned at)
{
    return at < CHOICE_DOMAINS ? (uint16_t)at : IDLE;
}

static long call(const struct choice *c, unsigned command, uint64_t argument)
{
    long result = live_call(c->live, command, argument);

    if (result < 0)
        fail("the hypervisor refuses to say, or change, what is recorded: %s", strerror(errno));
    return result;
}

/* Events that go with any other: nobody chooses them. */
static bool is_always(const struct event *e)
{
    return e->class_bits == TRACE_ALWAYS;
}

/* --- Reading and applying --- */

void choice_read(struct choice *c, const struct live *l)
{
    *c = (struct choice){.live = l};
    c->events = must_calloc(l->schema.event_count, sizeof(*c->events));
    for (size_t i = 0; i < l->schema.event_count; i++)
        c->events[i] = call(c, VANTAGE_TRACE_EVENT, l->schema.events[i].number | VANTAGE_ASK << 16);
    for (unsigned i = 0; i <= CHOICE_DOMAINS; i++)
        c->domains[i] = call(c, VANTAGE_TRACE_DOMAIN, domain_number(i) | VANTAGE_ASK << 16);
}

static void apply_events(const struct choice *c)
{
    const struct schema *s = &c->live->schema;
    uint8_t mask = 0;

    for (size_t i = 0; i < s->event_count; i++)
        if (c->events[i] && !is_always(&s->events[i]))
            mask |= s->events[i].class_bits;
    call(c, VANTAGE_TRACE_MASK, mask);
    for (size_t i = 0; i < s->event_count; i++)
        if (!c->events[i] && !is_always(&s->events[i]) && s->events[i].class_bits & mask)
            call(c, VANTAGE_TRACE_EVENT, s->events[i].number | VANTAGE_OFF << 16);
}

void choice_apply(const struct choice *c)
{
    struct choice now;

    choice_read(&now, c->live);
    for (unsigned i = 0; i <= CHOICE_DOMAINS; i++)
        if (c->domains[i] != now.domains[i])
            call(c, VANTAGE_TRACE_DOMAIN, domain_number(i) | (c->domains[i] ? VANTAGE_ON : VANTAGE_OFF) << 16);
    if (memcmp(c->events, now.events, c->live->schema.event_count * sizeof(*c->events)))
        apply_events(c);
    free(now.events);
}

void choice_copy(struct choice *to, const struct choice *from)
{
    size_t bytes = from->live->schema.event_count * sizeof(*from->events);

    *to = *from;
    to->events = must_calloc(1, bytes);
    memcpy(to->events, from->events, bytes);
}

bool choice_is_empty(const struct choice *c)
{
    for (size_t i = 0; i < c->live->schema.event_count; i++)
        if (c->events[i] && !is_always(&c->live->schema.events[i]))
            return false;
    return true;
}

/* --- From text --- */

static void set_word(struct choice *c, const char *word, bool on)
{
    const struct schema *s = &c->live->schema;
    bool all = !strcmp(word, "all"), found = all || !strcmp(word, "none");

    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = &s->events[i];
        const char *point = strchr(word, '.');
        const char *name = point && !strncmp(e->class, word, (size_t)(point - word)) ? point + 1 : word;

        if (is_always(e) || !(all || !strcmp(e->class, word) || !strcmp(e->name, name)))
            continue;
        c->events[i] = on;
        found = true;
    }
    if (!found)
        fail("there is no class or event \"%s\" that can be chosen; vtrace list shows those of a trace", word);
}

void choice_events(struct choice *c, const char *list)
{
    char *copy = strdup(list), *at = copy, *word;

    if (!copy)
        fail("there is not enough memory");
    if (*list != '+' && *list != '-')
        memset(c->events, 0, c->live->schema.event_count * sizeof(*c->events));
    while ((word = strsep(&at, ","))) {
        bool has_sign = *word == '+' || *word == '-';

        set_word(c, word + has_sign, *word != '-');
    }
    free(copy);
}

static unsigned domain_at(const char *word)
{
    char *end;
    unsigned long n = strtoul(word, &end, 0);

    if (!strcmp(word, "idle"))
        return CHOICE_DOMAINS;
    if (!*word || *word == '-' || *end || n >= CHOICE_DOMAINS)
        fail("--domain wants all, or numbers of domains below %d, not \"%s\"", CHOICE_DOMAINS, word);
    return (unsigned)n;
}

void choice_domains(struct choice *c, const char *list)
{
    bool all = !strcmp(list, "all");
    char *copy = strdup(list), *at = copy, *word;

    if (!copy)
        fail("there is not enough memory");
    for (unsigned i = 0; i <= CHOICE_DOMAINS; i++)
        c->domains[i] = all;
    while (!all && (word = strsep(&at, ",")))
        c->domains[domain_at(word)] = true;
    free(copy);
}

/* --- To text --- */

static void count_class(const struct choice *c, const char *class, unsigned *on, unsigned *off)
{
    const struct schema *s = &c->live->schema;

    *on = *off = 0;
    for (size_t i = 0; i < s->event_count; i++)
        if (!strcmp(s->events[i].class, class))
            ++*(c->events[i] ? on : off);
}

static void print_names(FILE *out, const struct choice *c, const char *class, bool on)
{
    const struct schema *s = &c->live->schema;
    const char *between = "";

    for (size_t i = 0; i < s->event_count; i++) {
        if (strcmp(s->events[i].class, class) || c->events[i] != on)
            continue;
        fprintf(out, "%s%s", between, s->events[i].name);
        between = ", ";
    }
    fputc('\n', out);
}

static void print_class(FILE *out, const struct choice *c, const struct name *class)
{
    unsigned on, off;

    count_class(c, class->name, &on, &off);
    if (class->number == TRACE_ALWAYS || !(on + off))
        return;
    fprintf(out, "%-10s ", class->name);
    if (!on || !off)
        fprintf(out, "%s\n", on ? "all" : "none");
    else {
        fputs(on > off ? "all but " : "", out);
        print_names(out, c, class->name, on <= off);
    }
}

static void print_domains(FILE *out, const struct choice *c)
{
    unsigned held = 0, printed = 0;

    for (unsigned i = 0; i <= CHOICE_DOMAINS; i++)
        held += !c->domains[i];
    fprintf(out, "domains    %s", !held ? "all" : held > CHOICE_DOMAINS / 2 ? "" : "all but ");
    for (unsigned i = 0; held && i <= CHOICE_DOMAINS; i++) {
        if (c->domains[i] != (held > CHOICE_DOMAINS / 2))
            continue;
        fputs(printed++ ? ", " : "", out);
        if (i == CHOICE_DOMAINS)
            fputs("idle", out);
        else
            fprintf(out, "%u", i);
    }
    fputc('\n', out);
}

void choice_print(FILE *out, const struct choice *c)
{
    for (size_t i = 0; i < c->live->schema.class_count; i++)
        print_class(out, c, &c->live->schema.classes[i]);
    print_domains(out, c);
}

json_t *choice_json(const struct choice *c)
{
    const struct schema *s = &c->live->schema;
    json_t *events = json_array(), *held = json_array();

    for (size_t i = 0; i < s->event_count; i++)
        if (c->events[i])
            json_array_append_new(events, json_sprintf("%s.%s", s->events[i].class, s->events[i].name));
    for (unsigned i = 0; i <= CHOICE_DOMAINS; i++)
        if (!c->domains[i])
            json_array_append_new(held, json_integer(domain_number(i)));
    return json_pack("{s:o,s:o}", "events", events, "domains_held", held);
}
