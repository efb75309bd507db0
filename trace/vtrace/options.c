/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "trace/vtrace/options.h"
#include "trace/vtrace/verb.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum repeat { ONCE, LIST };

#define OPTION(...) {__VA_ARGS__},
static const struct row {
    char letter;
    const char *name, *argument;
    enum repeat repeat;
    const char *meaning;
} rows[] = {
#include "trace/vtrace/options.def"
};
#undef OPTION

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct row *row_of(int letter)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

static const char *joined(const char *list, const char *more)
{
    char *text;

    if (asprintf(&text, "%s,%s", list, more) < 0)
        abort();
    return text;
}

static void take(struct options *o, const struct row *r, const char *argument)
{
    const char **value = &o->value[(int)r->letter];

    if (!r->argument)
        *value = "";
    else if (!*value)
        *value = argument;
    else if (r->repeat == LIST)
        *value = joined(*value, argument);
    else
        fail("--%s is given twice", r->name);
}

void options_read(struct options *o, int argc, char **argv)
{
    struct option longs[ROWS + 1] = {{0}};
    char shorts[2 * ROWS + 1] = "", *s = shorts;

    *o = (struct options){0};
    for (size_t i = 0; i < ROWS; i++) {
        longs[i] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
                                   rows[i].letter};
        *s++ = rows[i].letter;
        if (rows[i].argument)
            *s++ = ':';
    }
    for (int c; (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const struct row *r = row_of(c);

        if (!r)
            fail("see vtrace --help");
        take(o, r, optarg);
    }
    o->paths = argv + optind;
    o->path_count = argc - optind;
}

void options_check(const struct options *o, const struct verb *v)
{
    for (size_t i = 0; i < ROWS; i++)
        if (o->value[(int)rows[i].letter] && !strchr(v->options, rows[i].letter))
            fail("%s takes no option --%s; see vtrace %s --help", v->name, rows[i].name, v->name);
    if (o->path_count < v->at_least || o->path_count > v->at_most)
        fail("usage: vtrace %s [options] %s; see vtrace %s --help", v->name, v->arguments, v->name);
}

bool option_given(const struct options *o, char letter)
{
    return o->value[(int)letter] != NULL;
}

const char *option_text(const struct options *o, char letter)
{
    return o->value[(int)letter];
}

uint64_t option_number(const struct options *o, char letter, uint64_t missing)
{
    const char *text = o->value[(int)letter];
    char *end;
    uint64_t n;

    if (!text)
        return missing;
    errno = 0;
    n = strtoull(text, &end, 0);
    if (!*text || *text == '-' || *end || errno)
        fail("--%s wants a number, not \"%s\"", row_of(letter)->name, text);
    return n;
}

void options_help(FILE *out, const char *letters)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        char name[40];

        if (!strchr(letters, r->letter))
            continue;
        snprintf(name, sizeof(name), "%s %s", r->name, r->argument ? r->argument : "");
        fprintf(out, "  -%c, --%-18s %s\n", r->letter, name, r->meaning);
    }
}
