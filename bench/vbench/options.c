/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/options.h"
#include "bench/vbench/host.h"

#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum option_id {
    OPT_HELP,
#define OPTION(name, ...) OPT_##name,
#include "bench/vbench/options.def"
};

static const struct option_text {
    const char *name, *value, *meaning;
} texts[] = {
    {"help", NULL, "this"},
#define OPTION(id, ...) {__VA_ARGS__},
#include "bench/vbench/options.def"
};

static const struct verb verbs[] = {
#define VERB(id, arguments, meaning, options, notes)                                               \
    {#id, arguments, meaning, options, notes, verb_##id},
#include "bench/vbench/verbs.def"
};

enum { TEXTS = sizeof texts / sizeof *texts, VERBS = sizeof verbs / sizeof *verbs };

int usage_error(const char *format, ...)
{
    char *message = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&message, format, args) >= 0)
        complain("%s; see vbench --help", message);
    va_end(args);
    free(message);
    return EXIT_USAGE;
}

char *utc_now(const char *format)
{
    char s[64]; /* longer than any name made here */
    time_t now = time(NULL);
    struct tm tm;
    strftime(s, sizeof s, format, gmtime_r(&now, &tm));
    return text("%s", s);
}

const struct verb *verb_find(const char *name)
{
    for (int i = 0; i < VERBS; i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

/* Is the option among the words of the verb's list? */
static bool takes(const struct verb *verb, int option)
{
    const char *name = texts[option].name;
    size_t n = strlen(name);
    for (const char *at = verb->options; (at = strstr(at, name)); at += n)
        if ((at == verb->options || at[-1] == ' ') && (!at[n] || at[n] == ' '))
            return true;
    return option == OPT_HELP;
}

/* How many arguments the verb's line of help has room for. */
static int names_most(const struct verb *verb)
{
    int words = 0;
    if (strstr(verb->arguments, "..."))
        return INT_MAX;
    for (const char *at = verb->arguments; *at; at++)
        words += *at != ' ' && (at == verb->arguments || at[-1] == ' ');
    return words;
}

static const char exit_help[] =
    "\nexit status: 0 all well, 1 something is slower (compare, gate), 2 usage, 3 a column could "
    "not run or\nfinish, 4 two runs that must be identical are not, 5 no comparable baseline, 6 "
    "something is faster\nand not recorded (gate --strict), 130 interrupted (what was finished is "
    "kept)\n";

static void verb_help(const struct verb *verb)
{
    printf("usage: vbench %s %s%s\n%s\n\n", verb->name, *verb->options ? "[options] " : "",
           verb->arguments, verb->meaning);
    for (int i = 0; i < TEXTS; i++) {
        char option[40];
        if (!takes(verb, i))
            continue;
        snprintf(option, sizeof option, "--%s %s", texts[i].name,
                 texts[i].value ? texts[i].value : "");
        printf("  %-18s %s\n", option, texts[i].meaning);
    }
    printf("\n%s", verb->notes);
}

void help_print(const struct verb *verb)
{
    if (verb) {
        verb_help(verb);
    } else {
        printf("usage: vbench VERB [options]      vbench VERB --help tells more\n\n");
        for (int i = 0; i < VERBS; i++)
            printf("  %-8s %-32s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].meaning);
    }
    fputs(exit_help, stdout);
}

static bool number_parse(const char *s, double low, double high, double *to)
{
    char *end;
    double value = strtod(s, &end);
    if (end == s || *end || !(value >= low && value <= high))
        return false;
    *to = value;
    return true;
}

/* Takes the value of an option that wants a number; of the others, nothing. Complains if it is none. */
static bool number_set(struct options *o, int option, const char *value)
{
    const struct {
        int option;
        double low, high;
        unsigned *count;
    } places[] = {
        {OPT_JOBS, 1, COLUMNS * 2, &o->plan.jobs},  {OPT_TIMEOUT, 1, 1e6, &o->plan.timeout},
        {OPT_SILENCE, 1, 1e6, &o->plan.silence},    {OPT_SEEDS, 0, SEEDS_MAX, &o->seeds},
        {OPT_ROUNDS, 3, ROUNDS_MAX, &o->rounds},    {OPT_SEED, 0, 1000, &o->plan.machine.seed},
        {OPT_TOLERANCE, 0, 1000, NULL},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        double number;
        if (places[i].option != option)
            continue;
        if (!number_parse(value, places[i].low, places[i].high, &number))
            return usage_error("--%s wants a number from %.0f to %.0f, not %s", texts[option].name,
                               places[i].low, places[i].high, value), false;
        if (places[i].count)
            *places[i].count = number;
        else
            o->tolerance = number / 100;
    }
    return true;
}

/* Where options that are words or switches go. */
static void word_set(struct options *o, int option, char *value)
{
    const struct {
        int option;
        bool *flag;
        char **word;
        const char **name;
    } places[] = {
        {OPT_SUITE, NULL, &o->suite, NULL},         {OPT_COLUMNS, NULL, &o->columns, NULL},
        {OPT_OUT, NULL, &o->out, NULL},             {OPT_BASELINE, NULL, &o->baseline, NULL},
        {OPT_AGAINST, NULL, &o->against, NULL},     {OPT_REASON, NULL, &o->reason, NULL},
        {OPT_JUNIT, NULL, &o->junit, NULL},         {OPT_MARKDOWN, NULL, &o->markdown, NULL},
        {OPT_EVENTS, NULL, &o->events, NULL},       {OPT_GOOD, NULL, &o->good, NULL},
        {OPT_BAD, NULL, &o->bad, NULL},             {OPT_STRICT, &o->is_strict, NULL, NULL},
        {OPT_REPORT, &o->wants_report, NULL, NULL}, {OPT_JSON, &o->wants_json, NULL, NULL},
        {OPT_TWICE, &o->plan.twice, NULL, NULL},    {OPT_TOGETHER, &o->plan.together, NULL, NULL},
        {OPT_BUILD, NULL, NULL, &o->plan.machine.build},
        {OPT_QEMU, NULL, NULL, &o->plan.machine.qemu},
        {OPT_COUNT, NULL, NULL, &o->plan.addresses},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].option != option)
            continue;
        if (places[i].flag)
            *places[i].flag = true;
        else if (places[i].word)
            *places[i].word = value;
        else
            *places[i].name = value;
    }
}

/* getopt's table of all options; --column is --columns. */
static void table_fill(struct option table[TEXTS + 2])
{
    for (int i = 0; i < TEXTS; i++)
        table[i] = (struct option){texts[i].name,
                                   texts[i].value ? required_argument : no_argument, NULL, i};
    table[TEXTS] = (struct option){"column", required_argument, NULL, OPT_COLUMNS};
    table[TEXTS + 1] = (struct option){0};
}

static const struct options defaults = {
    .plan = {.machine = {.qemu = "qemu-system-x86_64", .build = "build"},
             .jobs = 2,
             .timeout = 600,
             .silence = 120},
    .seeds = SEEDS_MAX,
    .rounds = 7,
    .tolerance = 0.005,
    .baseline = (char *)"results/baseline/quick.txt",
    .bad = (char *)"HEAD",
};

bool options_parse(struct options *o, const struct verb *verb, int argc, char **argv, int *status)
{
    struct option table[TEXTS + 2];
    int option;
    table_fill(table);
    *o = defaults;
    opterr = 0;
    *status = EXIT_USAGE;
    while ((option = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (option == ':')
            return usage_error("%s wants a value", argv[optind - 1]), false;
        if (option == '?' && optopt > ' ') /* else the number of a long option, or 0 */
            return usage_error("there is no option -%c", optopt), false;
        if (option == '?')
            return usage_error("%s has no option %s", verb->name, argv[optind - 1]), false;
        if (!takes(verb, option))
            return usage_error("%s has no option --%s", verb->name, texts[option].name), false;
        if (option == OPT_HELP)
            return help_print(verb), *status = EXIT_OK, false;
        if (!number_set(o, option, optarg))
            return false;
        word_set(o, option, optarg);
    }
    o->names = argv + optind;
    o->name_count = argc - optind;
    if (o->name_count > names_most(verb))
        return usage_error("%s takes no further argument: %s", verb->name, o->names[names_most(verb)]), false;
    return true;
}
