/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter's grammar, as a tree:
 *
 *      any     all { "||" all }
 *      all     one { "&&" one }
 *      one     "!" one | "(" any ")" | name | name compare value
 *      compare "==" "!=" "<" "<=" ">" ">="
 *      name    event, class, cpu, dom, vcpu, time, a field of any event, or event.field;
 *              alone: a class, an event or class.event
 *      value   a number, a number with a unit (ns us ms s instructions), or a name
 */
#ifndef VTRACE_FILTER_SYNTAX_H
#define VTRACE_FILTER_SYNTAX_H

#include <stdbool.h>

enum node_kind { NODE_OR, NODE_AND, NODE_NOT, NODE_NAME, NODE_COMPARE };
enum compare { EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, MORE, MORE_OR_EQUAL };

struct node {
    enum node_kind kind;
    struct node *left, *right; /* NOT: right is NULL */
    enum compare compare;
    char name[64], value[64];  /* of NAME and COMPARE */
    const char *text;          /* what was parsed */
    unsigned name_at, value_at; /* columns in it, from 1 */
};

/* Fails with a sentence that names the column. */
struct node *syntax_parse(const char *text);
void syntax_free(struct node *n);

/* Both of two tests, either of which may be NULL. */
struct node *syntax_join(enum node_kind kind, struct node *left, struct node *right);

#endif
