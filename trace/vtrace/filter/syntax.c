/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/filter/syntax.h"
#include "trace/vtrace/fail.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 200 /* of parentheses and negations */

struct reader {
    const char *text, *at;
    unsigned depth;
};

static struct node *any(struct reader *r);

static unsigned column(const struct reader *r)
{
    return (unsigned)(r->at - r->text) + 1;
}

static void skip_blanks(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool accept(struct reader *r, const char *token)
{
    skip_blanks(r);
    if (strncmp(r->at, token, strlen(token)))
        return false;
    r->at += strlen(token);
    return true;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* A name or a number; returns the column it begins in. */
static unsigned word(struct reader *r, char *out, size_t size, const char *what)
{
    unsigned begin, n = 0;

    skip_blanks(r);
    begin = column(r);
    while (is_word(r->at[n]) || (!n && r->at[n] == '-'))
        n++;
    if (!n)
        fail("filter, column %u: %s is missing%s%s", begin, what, *r->at ? " before " : "", r->at);
    if (n >= size)
        fail("filter, column %u: no %s is as long as this", begin, what);
    memcpy(out, r->at, n);
    out[n] = 0;
    r->at += n;
    return begin;
}

static bool compare(struct reader *r, enum compare *c)
{
    static const struct {
        const char *token;
        enum compare compare;
    } all[] = {{"==", EQUAL}, {"!=", UNEQUAL},      {"<=", LESS_OR_EQUAL},
               {"<", LESS},   {">=", MORE_OR_EQUAL}, {">", MORE}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (accept(r, all[i].token)) {
            *c = all[i].compare;
            return true;
        }
    }
    if (accept(r, "="))
        fail("filter, column %u: equality is written ==", column(r) - 1);
    return false;
}

static struct node *test(struct reader *r)
{
    struct node *n = must_calloc(1, sizeof(*n));

    n->text = r->text;
    n->name_at = word(r, n->name, sizeof(n->name), "a field, event or class");
    n->kind = compare(r, &n->compare) ? NODE_COMPARE : NODE_NAME;
    if (n->kind == NODE_COMPARE)
        n->value_at = word(r, n->value, sizeof(n->value), "a value");
    return n;
}

static struct node *one(struct reader *r)
{
    struct node *n;

    if (r->depth++ == MAX_DEPTH)
        fail("filter, column %u: this is nested too deeply", column(r));
    if (accept(r, "!"))
        n = syntax_join(NODE_NOT, one(r), NULL);
    else if (accept(r, "(")) {
        n = any(r);
        if (!accept(r, ")"))
            fail("filter, column %u: a closing parenthesis is missing", column(r));
    } else
        n = test(r);
    r->depth--;
    return n;
}

static struct node *all(struct reader *r)
{
    struct node *n = one(r);

    while (accept(r, "&&"))
        n = syntax_join(NODE_AND, n, one(r));
    return n;
}

static struct node *any(struct reader *r)
{
    struct node *n = all(r);

    while (accept(r, "||"))
        n = syntax_join(NODE_OR, n, all(r));
    return n;
}

struct node *syntax_parse(const char *text)
{
    struct reader r = {.text = text, .at = text};
    struct node *n = any(&r);

    skip_blanks(&r);
    if (*r.at)
        fail("filter, column %u: \"%s\" cannot follow here; tests are joined with && or ||", column(&r), r.at);
    return n;
}

struct node *syntax_join(enum node_kind kind, struct node *left, struct node *right)
{
    struct node *n;

    if (kind != NODE_NOT && (!left || !right))
        return left ? left : right;
    n = must_calloc(1, sizeof(*n));
    n->kind = kind;
    n->left = left;
    n->right = right;
    return n;
}

void syntax_free(struct node *n)
{
    if (!n)
        return;
    syntax_free(n->left);
    syntax_free(n->right);
    free(n);
}
