/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/explain/counts.h"
#include "trace/vtrace/explain/rows.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 5, NAME_MAX_BYTES = 256 };

static bool take_space(struct interval *v, char **w, uint64_t n)
{
    uint64_t *to = !strcmp(w[1], "user") ? &v->user : !strcmp(w[1], "kernel") ? &v->kernel : &v->hypervisor;

    *to = n;
    return true;
}

static bool take_function(struct interval *v, char **w, uint64_t n)
{
    if (!strcmp(w[1], "hypervisor"))
        tally_append(&v->functions, w[2], n);
    else if (!strcmp(w[1], "kernel"))
        tally_append(&v->kernel_functions, w[2], n);
    return true;
}

static bool take_visits(struct interval *v, char **w, uint64_t n)
{
    char name[2 * NAME_MAX_BYTES];

    snprintf(name, sizeof(name), "%s %s", w[1], w[2]);
    tally_append(&v->visits, name, n);
    return true;
}

static bool take_visited(struct interval *v, char **w, uint64_t n)
{
    char name[2 * NAME_MAX_BYTES];

    snprintf(name, sizeof(name), "%s %s", w[1], w[2]);
    tally_add(&v->visited, name, n);
    tally_add(&v->rows, row_of(w[1], w[2], w[3]), n);
    return true;
}

/* The lines behind `interval`: how many words each has, the last one a number. */
static const struct kind {
    const char *word;
    int words;
    bool (*take)(struct interval *v, char **w, uint64_t n);
} kinds[] = {
    {"space", 3, take_space},
    {"i", 4, take_function},
    {"v", 4, take_visits},
    {"h", 5, take_visited},
};

static bool number(const char *text, uint64_t *n)
{
    char *end;

    errno = 0;
    *n = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

static bool begin_interval(struct counts *c, uint64_t total)
{
    c->intervals = must_realloc(c->intervals, c->count + 1, sizeof(*c->intervals));
    c->intervals[c->count++] = (struct interval){.total = total};
    return true;
}

static bool take_line(struct counts *c, char *line)
{
    char *w[WORDS + 1] = {0}, *save = NULL;
    uint64_t n;
    int words = 0;

    for (char *s = strtok_r(line, " \n", &save); s && words <= WORDS; s = strtok_r(NULL, " \n", &save))
        w[words++] = s;
    if (words < 3 || words > WORDS || !number(w[words - 1], &n))
        return false;
    if (!strcmp(w[0], "interval"))
        return words == 3 && begin_interval(c, n);
    for (size_t i = 0; c->count && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(w[0], kinds[i].word))
            return words == kinds[i].words && kinds[i].take(&c->intervals[c->count - 1], w, n);
    return false;
}

void counts_read(struct counts *c, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t size = 0, lines = 0;

    *c = (struct counts){0};
    if (!f)
        fail("%s: %s", path, strerror(errno));
    while (getline(&line, &size, f) > 0) {
        lines++;
        if (strlen(line) >= NAME_MAX_BYTES * 2 || !take_line(c, line))
            fail("%s: line %zu is not one of the counting plugin's", path, lines);
    }
    free(line);
    fclose(f);
    if (!c->count)
        fail("%s: nothing was counted", path);
}

void counts_free(struct counts *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct interval *v = &c->intervals[i];

        tally_free(&v->kernel_functions);
        tally_free(&v->functions);
        tally_free(&v->visits);
        tally_free(&v->visited);
        tally_free(&v->rows);
    }
    free(c->intervals);
    *c = (struct counts){0};
}
