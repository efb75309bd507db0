/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace: reads what the hypervisor recorded. Exit status: 0, 2 bad use or no trace, 3 records missing.
 * What it can do is in verbs.def, its options in options.def.
 */
#include "trace/vtrace/fail.h"
#include "trace/vtrace/options.h"
#include "trace/vtrace/verb.h"

#include <limits.h>
#include <string.h>

#define EXACTLY(n)          n, n
#define FROM(n)             n, INT_MAX
#define VERB(function, words, ...) {words, verb_##function, __VA_ARGS__},
static const struct verb verbs[] = {
#include "trace/vtrace/verbs.def"
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void help(FILE *out)
{
    fputs("usage: vtrace VERB [options] FILE\n", out);
    for (size_t i = 0; i < VERBS; i++)
        fprintf(out, "  %-16s %s\n", verbs[i].name, verbs[i].meaning);
    fputs("`vtrace VERB --help` shows the verb's options and an example.\n"
          "exit status: 0; 2 bad use; 3 records were dropped, or the file is not whole\n",
          out);
}

static void help_verb(const struct verb *v)
{
    printf("vtrace %s: %s\nusage: vtrace %s [options] %s\nexample: %s\n", v->name, v->meaning, v->name,
           v->arguments, v->example);
    options_help(stdout, v->options);
}

/* Takes the verb's words off the paths; NULL: there is no such verb. */
static const struct verb *verb_of(struct options *o)
{
    for (size_t i = 0; i < VERBS; i++) {
        const char *space = strchr(verbs[i].name, ' ');
        size_t length = space ? (size_t)(space - verbs[i].name) : strlen(verbs[i].name);
        int words = space ? 2 : 1;

        if (o->path_count < words || strlen(o->paths[0]) != length ||
            memcmp(o->paths[0], verbs[i].name, length) || (space && strcmp(o->paths[1], space + 1)))
            continue;
        o->paths += words;
        o->path_count -= words;
        return &verbs[i];
    }
    return NULL;
}

/* Says which verbs begin with the word that was typed, if any do: "export" alone has forms. */
static int no_verb(const struct options *o)
{
    const char *word = o->path_count ? o->paths[0] : "";
    bool found = false;

    for (size_t i = 0; *word && i < VERBS; i++) {
        if (strncmp(verbs[i].name, word, strlen(word)) || verbs[i].name[strlen(word)] != ' ')
            continue;
        if (!found)
            fprintf(stderr, "vtrace: %s wants a form:\n", word);
        found = true;
        fprintf(stderr, "  %-16s %s\n", verbs[i].name, verbs[i].meaning);
    }
    if (found)
        return EXIT_FAIL;
    if (*word)
        fprintf(stderr, "vtrace: there is no verb \"%s\"\n", word);
    help(stderr);
    return EXIT_FAIL;
}

int main(int argc, char **argv)
{
    struct options o;
    const struct verb *v;

    options_read(&o, argc, argv);
    v = verb_of(&o);
    if (!v && option_given(&o, 'h') && !o.path_count) {
        help(stdout);
        return 0;
    }
    if (!v)
        return no_verb(&o);
    if (option_given(&o, 'h')) {
        help_verb(v);
        return 0;
    }
    options_check(&o, v);
    return v->run(&o);
}
