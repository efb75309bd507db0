/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter as a program for each event: what an event's number decides is decided when it is compiled, so
 * for most events the program is one verdict. A test knows the next test for yes and for no; 0 and 1 are the
 * verdicts. A comparison with a field that an event has not is false.
 */
#include "trace/vtrace/filter.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/filter/syntax.h"
#include "trace/vtrace/filter/value.h"
#include "trace/vtrace/options.h"

#include <stdlib.h>
#include <string.h>

enum verdict { REJECT, ACCEPT, VERDICTS };
enum source { SOURCE_FIELD, SOURCE_CPU, SOURCE_DOMAIN, SOURCE_VCPU, SOURCE_TIME };

struct test {
    enum source source;
    enum compare compare;
    const struct field *field;
    int64_t value;
    uint32_t yes, no;
};

struct filter {
    const struct trace *t;
    struct test *tests; /* number i is tests[i - VERDICTS] */
    uint32_t count;
    uint32_t unknown;       /* where the program begins for events the schema does not know */
    uint32_t begin[65536];  /* by number of event */
};

/* --- Running --- */

static int64_t source_value(const struct filter *f, const struct test *x, const struct record *r)
{
    switch (x->source) {
    case SOURCE_CPU:
        return r->cpu;
    case SOURCE_DOMAIN:
        return r->domain;
    case SOURCE_VCPU:
        return r->vcpu;
    case SOURCE_TIME:
        return (int64_t)(r->tsc - f->t->header.tsc_at_boot);
    default:
        return field_value(x->field, r->payload);
    }
}

static bool holds(const struct test *x, int64_t value)
{
    bool is_unsigned = x->source == SOURCE_FIELD && !x->field->is_signed;
    bool less = is_unsigned ? (uint64_t)value < (uint64_t)x->value : value < x->value;

    switch (x->compare) {
    case EQUAL:
        return value == x->value;
    case UNEQUAL:
        return value != x->value;
    case LESS:
        return less;
    case LESS_OR_EQUAL:
        return less || value == x->value;
    case MORE:
        return !less && value != x->value;
    default:
        return !less;
    }
}

bool filter_passes(const struct filter *f, const struct record *r)
{
    uint32_t at = r->event ? f->begin[r->number] : f->unknown;

    while (at >= VERDICTS) {
        const struct test *x = &f->tests[at - VERDICTS];

        at = holds(x, source_value(f, x, r)) ? x->yes : x->no;
    }
    return at == ACCEPT;
}

bool filter_wants_event(const struct filter *f, uint16_t number)
{
    return f->begin[number] != REJECT;
}

/* --- Compiling --- */

static bool is_named(const struct event *e, const char *name)
{
    const char *dot = strchr(name, '.');

    if (!dot)
        return !strcmp(name, e->class) || !strcmp(name, e->name) || !strcmp(name, "all");
    return !strcmp(dot + 1, e->name) && strlen(e->class) == (size_t)(dot - name) &&
           !memcmp(name, e->class, (size_t)(dot - name));
}

/* The field a name means in an event, with or without the event's name before it. */
static const struct field *field_named(const struct event *e, const char *name)
{
    const char *dot = strchr(name, '.');

    if (!dot)
        return event_field(e, name);
    if (strlen(e->name) != (size_t)(dot - name) || memcmp(name, e->name, (size_t)(dot - name)))
        return NULL;
    return event_field(e, dot + 1);
}

static uint32_t add(struct filter *f, struct test x)
{
    if (x.yes == x.no)
        return x.yes;
    if (!(f->count & (f->count - 1)))
        f->tests = must_realloc(f->tests, f->count ? f->count * 2 : 1, sizeof(x));
    f->tests[f->count++] = x;
    return f->count - 1 + VERDICTS;
}

enum built_in { BY_EVENT, BY_CLASS, BY_CPU, BY_DOMAIN, BY_VCPU, BY_TIME, BY_FIELD };

static enum built_in built_in(const char *name)
{
    static const char *const names[] = {"event", "class", "cpu", "dom", "vcpu", "time"};
    unsigned i = 0;

    while (i < BY_FIELD && strcmp(names[i], name))
        i++;
    return i;
}

static uint32_t compile_compare(struct filter *f, const struct node *n, const struct event *e, uint32_t yes,
                                uint32_t no)
{
    struct test x = {.compare = n->compare, .yes = yes, .no = no};
    enum built_in what = built_in(n->name);
    const char *why;

    switch (what) {
    case BY_EVENT:
    case BY_CLASS:
        if (!e)
            return no;
        return !strcmp(n->value, what == BY_EVENT ? e->name : e->class) == (n->compare == EQUAL) ? yes : no;
    case BY_FIELD:
        x.field = e ? field_named(e, n->name) : NULL;
        if (!x.field || !value_of_field(f->t, x.field, n->value, &x.value, &why))
            return no;
        return add(f, x);
    case BY_TIME:
        x.source = SOURCE_TIME;
        value_time(f->t, n->value, &x.value, &why);
        return add(f, x);
    default:
        x.source = what == BY_CPU ? SOURCE_CPU : what == BY_DOMAIN ? SOURCE_DOMAIN : SOURCE_VCPU;
        value_domain(n->value, &x.value, &why);
        return add(f, x);
    }
}

/* The first test of a tree for one event; NULL: an event the schema does not know. */
static uint32_t compile(struct filter *f, const struct node *n, const struct event *e, uint32_t yes, uint32_t no)
{
    switch (n->kind) {
    case NODE_AND:
        return compile(f, n->left, e, compile(f, n->right, e, yes, no), no);
    case NODE_OR:
        return compile(f, n->left, e, yes, compile(f, n->right, e, yes, no));
    case NODE_NOT:
        return compile(f, n->left, e, no, yes);
    case NODE_NAME:
        return e && is_named(e, n->name) ? yes : no;
    default:
        return compile_compare(f, n, e, yes, no);
    }
}

/* --- Checking what the trace's schema must know --- */

static void check_name(const struct schema *s, const struct node *n)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (is_named(&s->events[i], n->name))
            return;
    if (n->text) /* otherwise it is --events', which has no columns */
        fail("filter, column %u: there is no class or event \"%s\" in this trace; `vtrace list` shows all",
             n->name_at, n->name);
    fail("there is no class or event \"%s\" in this trace; `vtrace list` shows all", n->name);
}

static void check_field(const struct filter *f, const struct node *n)
{
    const struct schema *s = &f->t->schema;
    const char *why = NULL;
    int64_t value;

    for (size_t i = 0; i < s->event_count; i++) {
        const struct field *field = field_named(&s->events[i], n->name);

        if (field && value_of_field(f->t, field, n->value, &value, &why))
            return;
    }
    if (!why)
        fail("filter, column %u: no event has a field \"%s\"; `vtrace list` shows all", n->name_at, n->name);
    fail("filter, column %u: \"%s\" %s", n->value_at, n->value, why);
}

static void check_equality(const struct node *n)
{
    if (n->compare != EQUAL && n->compare != UNEQUAL)
        fail("filter, column %u: \"%s\" can only be compared with == and !=", n->name_at, n->name);
}

static void check_compare(const struct filter *f, const struct node *n)
{
    const struct schema *s = &f->t->schema;
    const char *why;
    int64_t value;
    bool known = true;

    switch (built_in(n->name)) {
    case BY_EVENT:
        check_equality(n);
        known = schema_event_named(s, n->value);
        why = "is no event of this trace; `vtrace list` shows all";
        break;
    case BY_CLASS:
        check_equality(n);
        known = schema_has_class(s, n->value);
        why = "is no class of this trace; `vtrace list` shows all";
        break;
    case BY_FIELD:
        check_field(f, n);
        return;
    case BY_TIME:
        known = value_time(f->t, n->value, &value, &why);
        break;
    default:
        known = value_domain(n->value, &value, &why);
    }
    if (!known)
        fail("filter, column %u: \"%s\" %s", n->value_at, n->value, why);
}

static void check(const struct filter *f, const struct node *n)
{
    if (n->kind == NODE_NAME)
        check_name(&f->t->schema, n);
    else if (n->kind == NODE_COMPARE)
        check_compare(f, n);
    if (n->left)
        check(f, n->left);
    if (n->right)
        check(f, n->right);
}

/* --- The options, each as a tree --- */

static struct node *events_tree(const char *list)
{
    char *names = strdup(list), *at = names, *name;
    struct node *tree = NULL;

    while (names && (name = strsep(&at, ","))) {
        struct node *n = must_calloc(1, sizeof(*n));

        n->kind = NODE_NAME;
        snprintf(n->name, sizeof(n->name), "%s", name);
        tree = syntax_join(NODE_OR, tree, n);
    }
    free(names);
    return tree;
}

static struct node *compare_tree(const char *name, enum compare compare, const char *value)
{
    struct node *n = must_calloc(1, sizeof(*n));

    n->kind = NODE_COMPARE;
    n->compare = compare;
    snprintf(n->name, sizeof(n->name), "%s", name);
    snprintf(n->value, sizeof(n->value), "%s", value);
    return n;
}

static struct node *number_tree(const struct options *o, char letter, const char *name)
{
    const char *text = option_text(o, letter), *why;
    int64_t value;

    if (!text)
        return NULL;
    if (!value_domain(text, &value, &why) || value < 0)
        fail("-%c wants a number, not \"%s\"", letter, text);
    return compare_tree(name, EQUAL, text);
}

static struct node *edge_tree(const struct trace *t, enum compare compare, const char *text)
{
    const char *why;
    int64_t value;

    if (!*text)
        return NULL;
    if (!value_time(t, text, &value, &why))
        fail("--window: \"%s\" %s", text, why);
    return compare_tree("time", compare, text);
}

static struct node *window_tree(const struct trace *t, const char *window)
{
    const char *comma = strchr(window, ',');
    char from[64];

    if (!comma || (size_t)(comma - window) >= sizeof(from))
        fail("--window wants FROM,TO, such as 1.2s,1300ms");
    snprintf(from, sizeof(from), "%.*s", (int)(comma - window), window);
    return syntax_join(NODE_AND, edge_tree(t, MORE_OR_EQUAL, from), edge_tree(t, LESS, comma + 1));
}

static struct node *options_tree(const struct trace *t, const struct options *o)
{
    const char *events = option_text(o, 'e'), *text = option_text(o, 'f'), *window = option_text(o, 'w');
    struct node *n = syntax_join(NODE_AND, number_tree(o, 'c', "cpu"), number_tree(o, 'd', "dom"));

    n = syntax_join(NODE_AND, events ? events_tree(events) : NULL, n);
    n = syntax_join(NODE_AND, n, window ? window_tree(t, window) : NULL);
    return syntax_join(NODE_AND, n, text ? syntax_parse(text) : NULL);
}

struct filter *filter_make(const struct trace *t, const struct options *o)
{
    struct filter *f = must_calloc(1, sizeof(*f));
    struct node *tree = options_tree(t, o);

    f->t = t;
    if (tree)
        check(f, tree);
    f->unknown = tree ? compile(f, tree, NULL, ACCEPT, REJECT) : ACCEPT;
    for (unsigned i = 0; i < 65536; i++)
        f->begin[i] = tree && t->event_of[i] ? compile(f, tree, t->event_of[i], ACCEPT, REJECT) : f->unknown;
    syntax_free(tree);
    return f;
}

void filter_free(struct filter *f)
{
    free(f->tests);
    free(f);
}
