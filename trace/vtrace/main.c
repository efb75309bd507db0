/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace: reads what the hypervisor recorded. Exit status: 0, 2 bad use or no trace, 3 records missing. */
#include "trace/vtrace/vtrace.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct verb {
    const char *name, *form; /* form: the word behind the verb that belongs to it, or NULL */
    int (*run)(const struct trace *t, const struct options *o);
    const char *meaning, *example;
} verbs[] = {
    {"list", NULL, verb_list, "the events and fields a trace can have", "vtrace list -e mmu run.vtr"},
    {"cat", NULL, verb_cat, "its records, one line each, in the order of time",
     "vtrace cat -e hypercall,trap.bounce -n 20 run.vtr"},
    {"report", NULL, verb_report, "how often everything happened, and how long it took",
     "vtrace report -e hypercall run.vtr"},
    {"export", "ctf", verb_export_ctf, "a CTF directory, which babeltrace2 and Trace Compass read",
     "vtrace export ctf -o run.ctf run.vtr"},
    {"merge", NULL, verb_merge, "with a guest's own trace, as a CTF directory or .vtr file",
     "vtrace merge -o both.ctf run.vtr run.guest"},
};

void fail(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fputs("vtrace: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

int exit_status(const struct trace *t)
{
    struct totals n = trace_totals(t);

    if (fflush(stdout))
        fail("the output cannot be written");
    return n.dropped || n.missing || !t->is_whole ? 3 : 0;
}

static void help_options(FILE *out)
{
    fputs("options:\n"
          "  -e, --events NAMES   only these classes and events: hypercall,mmu.pte_write,...\n"
          "  -c, --cpu N          only this CPU\n"
          "  -d, --domain N       only while this domain ran\n"
          "  -n, --limit N        at most N records\n"
          "  -o, --output PATH    where export writes\n"
          "  -h, --help           this, or with a verb its example\n"
          "exit status: 0; 2 bad use; 3 records were dropped, or the file is not whole\n",
          out);
}

static void help(FILE *out)
{
    fputs("usage: vtrace VERB [options] FILE\n", out);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        fprintf(out, "  %-7s%-4s %s\n", verbs[i].name, verbs[i].form ? verbs[i].form : "",
                verbs[i].meaning);
    help_options(out);
}

static void help_verb(const struct verb *v)
{
    printf("vtrace %s%s%s: %s\nexample: %s\n", v->name, v->form ? " " : "", v->form ? v->form : "",
           v->meaning, v->example);
    help_options(stdout);
}

static long number(const char *text, const char *option)
{
    char *end;
    long n = strtol(text, &end, 0);

    if (!*text || *end || n < 0)
        fail("%s wants a number, not \"%s\"", option, text);
    return n;
}

/* False: help was asked for. */
static bool read_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"events", required_argument, NULL, 'e'}, {"cpu", required_argument, NULL, 'c'},
        {"domain", required_argument, NULL, 'd'}, {"limit", required_argument, NULL, 'n'},
        {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'},
        {0},
    };

    *o = (struct options){.cpu = -1, .domain = -1};
    for (int c; (c = getopt_long(argc, argv, "e:c:d:n:o:h", longs, NULL)) != -1;) {
        switch (c) {
        case 'e':
            o->events = optarg;
            break;
        case 'c':
            o->cpu = number(optarg, "--cpu");
            break;
        case 'd':
            o->domain = number(optarg, "--domain");
            break;
        case 'n':
            o->limit = (uint64_t)number(optarg, "--limit");
            break;
        case 'o':
            o->output = optarg;
            break;
        case 'h':
            return false;
        default:
            fail("see vtrace --help");
        }
    }
    return true;
}

static const struct verb *verb_named(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (name && !strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

int main(int argc, char **argv)
{
    struct options o;
    bool run = read_options(argc, argv, &o);
    const struct verb *v = verb_named(argv[optind]);
    char why[4400];

    if (!run && (v || !argv[optind])) {
        if (v)
            help_verb(v);
        else
            help(stdout);
        return 0;
    }
    if (!v) {
        if (argv[optind])
            fprintf(stderr, "vtrace: there is no verb \"%s\"\n", argv[optind]);
        help(stderr);
        return 2;
    }
    optind++;
    if (v->form && (!argv[optind] || strcmp(argv[optind++], v->form)))
        fail("%s wants a form: %s %s", v->name, v->name, v->form);
    if (v->run == verb_merge && optind == argc - 2)
        o.guest = argv[--argc];
    else if (v->run == verb_merge)
        fail("merge wants a trace file and the CTF directory of a guest; see vtrace merge --help");
    if (optind != argc - 1)
        fail("%s wants one trace file; see vtrace %s --help", v->name, v->name);
    struct trace *t = trace_open(argv[optind], why, sizeof(why));
    if (!t)
        fail("%s", why);
    int status = v->run(t, &o);
    trace_close(t);
    return status;
}
