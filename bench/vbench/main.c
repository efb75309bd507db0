/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vbench: runs the benchmarks of bench/suite.def on each column, compares, reports.
 *
 * Not here: what a verb does (its own file each); this is command lines only.
 */
#define _GNU_SOURCE
#include "bench/vbench/compare.h"
#include "bench/vbench/doctor.h"
#include "bench/vbench/gate.h"
#include "bench/vbench/host.h"
#include "bench/vbench/publish.h"
#include "bench/vbench/run.h"
#include "bench/vbench/table.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define QEMU        "qemu-system-x86_64"
#define PAPER_DIR   "results/paper"
#define GOALS       "results/targets.json"
#define BASELINE    "results/baseline/quick.txt"
#define GATE_RUN    "build/gate/run.json"

#define SUITE_LIST  "quick, micro, hyper, macro"
#define COLUMN_LIST "native, vantage, vantage-traced, xen, xen-fast, uml"

/* Options of all verbs; a verb's table says which of them it takes. */
struct options {
    struct run_plan plan;
    char *columns, *suite, *out, *baseline, *against, *reason, *junit, *markdown;
    bool is_strict;
    double tolerance;
    bool wants_report;
    char **names; /* what is left on the command line */
    int name_count;
};

enum option_id {
    OPT_HELP,
    OPT_COLUMNS,
    OPT_SUITE,
    OPT_OUT,
    OPT_JOBS,
    OPT_TIMEOUT,
    OPT_SILENCE,
    OPT_TWICE,
    OPT_REPORT,
    OPT_BUILD,
    OPT_QEMU,
    OPT_TOLERANCE,
    OPT_BASELINE,
    OPT_AGAINST,
    OPT_REASON,
    OPT_STRICT,
    OPT_JUNIT,
    OPT_MARKDOWN,
};

struct verb {
    const char *name, *arguments, *meaning, *options;
    int (*act)(struct options *o); /* NULL: it is another program's */
};

static int usage_error(const char *format, const char *what)
{
    char *message = text(format, what);
    complain("%s; see vbench --help", message);
    free(message);
    return EXIT_USAGE;
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

/* ---- list ---- */

static int act_list(struct options *o)
{
    printf("%-18s %-6s %-6s %-24s %s\n", "benchmark", "suite", "table", "cell", "one operation");
    for (int i = 0; i < ROWS; i++)
        printf("%-18s %-6s %-6s %-24s %s\n", suite_rows[i].name, suites[suite_rows[i].suite].name,
               suite_rows[i].table, suite_rows[i].cell, suite_rows[i].what);
    printf("\n%-18s %s\n", "suite", "what it is");
    for (int i = 0; i < SUITES; i++)
        printf("%-18s %s\n", suites[i].name, suites[i].what);
    return EXIT_OK;
}

/* ---- run ---- */

static int columns_parse(struct options *o)
{
    if (!o->columns)
        o->columns = suite_has_native(o->plan.machine.suite) ? "native,vantage,xen,xen-fast,uml"
                                                          : "vantage,xen,xen-fast";
    char *list = strdupa(o->columns), *save = NULL;
    for (char *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        int column = column_find(name);
        if (column < 0)
            return usage_error("there is no column called %s (" COLUMN_LIST ")", name);
        o->plan.columns[column] = true;
    }
    return EXIT_OK;
}

/* The suite whose machine the rows run on. Rows of different machines need runs of their own. */
static int suite_choose(struct options *o)
{
    enum suite_id chosen = SUITE_NONE;
    for (int i = 0; i < ROWS; i++) {
        if (!o->plan.rows.has[i])
            continue;
        if (chosen != SUITE_NONE && !suites_share_image(chosen, suite_rows[i].suite))
            return usage_error("%s boots another guest than the rows before it; give it a run of "
                               "its own",
                               suite_rows[i].name);
        chosen = suite_rows[i].suite;
    }
    o->plan.machine.suite = chosen;
    return EXIT_OK;
}

/* The rows asked for, and how to ask the guest for them: a suite by name, else all names. */
static int rows_parse(struct options *o)
{
    struct selection *rows = &o->plan.rows;
    for (int i = 0; i < o->name_count; i++)
        if (!selection_add(rows, o->names[i]))
            return usage_error("there is no benchmark or suite called %s (vbench list)",
                               o->names[i]);
    if (o->name_count == 0 && !selection_add(rows, o->suite))
        return usage_error("there is no suite called %s (" SUITE_LIST ")", o->suite);
    if (o->name_count == 0) {
        o->plan.what = text("%s", o->suite);
        return suite_choose(o);
    }
    char *what = text("%s", "");
    for (int i = 0; i < ROWS; i++) {
        if (!rows->has[i])
            continue;
        char *longer = text("%s%s%s", what, *what ? "+" : "", suite_rows[i].name);
        free(what);
        what = longer;
    }
    o->plan.what = what;
    return suite_choose(o);
}

static char *utc_now(const char *format)
{
    char s[64]; /* longer than any name made here */
    time_t now = time(NULL);
    struct tm tm;
    strftime(s, sizeof s, format, gmtime_r(&now, &tm));
    return text("%s", s);
}

static void environment_fill(struct result *r, const struct options *o)
{
    struct utsname host;
    char *kernel = machine_kernel(&o->plan.machine), *initrd = machine_initrd(&o->plan.machine, COLUMN_NATIVE);
    uname(&host);
    r->suite = text("%s", o->name_count ? "chosen" : o->suite);
    r->date = utc_now("%Y-%m-%dT%H:%M:%SZ");
    r->commit =
        capture((char *const[]){"git", "describe", "--always", "--dirty", "--abbrev=12", NULL});
    r->qemu = capture((char *const[]){(char *)o->plan.machine.qemu, "--version", NULL});
    r->host = text("%s %s, %ld CPUs", host.sysname, host.release, sysconf(_SC_NPROCESSORS_ONLN));
    r->kernel_sha256 = file_sha256(kernel);
    r->initrd_sha256 = initrd ? file_sha256(initrd) : NULL;
    free(kernel);
    free(initrd);
}

static char *result_path(const struct options *o)
{
    return o->out          ? text("%s", o->out)
           : o->name_count ? utc_now("results/chosen-%Y%m%dT%H%M%SZ.json")
                           : utc_now("results/%Y%m%dT%H%M%SZ.json");
}

static int result_keep(const struct result *r, const char *path)
{
    int rc = result_write(r, path);
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    else
        fprintf(stderr, "wrote %s\n", path);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

static int act_run(struct options *o)
{
    static struct result result;
    static struct paper paper;
    int status = rows_parse(o), other;
    if (status == EXIT_OK)
        status = columns_parse(o);
    if (status != EXIT_OK)
        return status;
    environment_fill(&result, o);
    status = run_columns(&o->plan, &result);
    paper_read(&paper, PAPER_DIR);
    goals_read(&paper, GOALS);
    table_print(stdout, &result, &paper);
    char *path = result_path(o);
    other = result_keep(&result, path);
    if (o->wants_report && other == EXIT_OK && status != EXIT_INTERRUPTED)
        other = publish_run(path);
    free(path);
    result_free(&result);
    free(o->plan.what);
    return status ? status : other;
}

/* ---- compare, report, doctor ---- */

/* The column in FILE:COLUMN, which is cut off; SAME_COLUMNS without one. */
static int column_cut(char *name)
{
    char *colon = strrchr(name, ':');
    int column = colon ? column_find(colon + 1) : -1;
    if (column < 0)
        return SAME_COLUMNS;
    *colon = 0;
    return column;
}

static int act_compare(struct options *o)
{
    static struct result a, b;
    static struct verdict_list list;
    if (o->name_count != 2)
        return usage_error("%s wants two result documents", "compare");
    int from = column_cut(o->names[0]), to = column_cut(o->names[1]);
    if ((from == SAME_COLUMNS) != (to == SAME_COLUMNS))
        return usage_error("%s wants a column for both documents or for none", "compare");
    if (result_read(&a, o->names[0]) || result_read(&b, o->names[1]))
        return EXIT_USAGE;
    int status = compare_print(stdout, &a, &b, from, to, o->tolerance, &list);
    if (o->markdown && list.n && verdicts_to_markdown(&list, "Comparison", o->markdown))
        status = EXIT_NOT_RUN;
    result_free(&a);
    result_free(&b);
    return status;
}

/* ---- gate, accept ---- */

/* Runs the plan twice with the hypervisor of this build folder; the values are in `values`. */
static int gate_run(struct options *o, const char *build, struct result *r, struct baseline *values)
{
    struct run_plan plan = o->plan;
    plan.twice = true;
    plan.machine.build = build;
    memset(r, 0, sizeof *r);
    environment_fill(r, o);
    int status = run_columns(&plan, r);
    baseline_of(r, values);
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked && r->columns[c].reason)
            complain("%s: %s", column_names[c], r->columns[c].reason);
    return status;
}

static int gate_base(struct options *o, struct baseline *base)
{
    static struct result r;
    if (!o->against)
        return baseline_read(base, o->baseline) ? EXIT_NO_BASE : EXIT_OK;
    int status = gate_run(o, o->against, &r, base);
    result_free(&r);
    return status;
}

static int gate_verdict(struct options *o, const struct baseline *base, const struct result *now,
                        const struct baseline *values)
{
    const char *path = o->out ? o->out : GATE_RUN;
    int rc = result_write(now, path);
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    int status = gate_judge(stdout, base, values,
                            &(struct gate_rules){o->tolerance, o->is_strict, o->against,
                                                 o->plan.machine.build, o->junit, o->markdown});
    return status ? status : rc ? EXIT_NOT_RUN : EXIT_OK;
}

/* Rows that were not asked for are not missed. */
static void keep_asked(struct baseline *base, const struct run_plan *plan)
{
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (!plan->columns[c] || !plan->rows.has[i])
                base->value[c][i] = NAN;
}

static int act_gate(struct options *o)
{
    static struct result now;
    static struct baseline base, values;
    if (!o->columns)
        o->columns = "vantage";
    int status = rows_parse(o);
    if (status == EXIT_OK)
        status = columns_parse(o);
    if (status != EXIT_OK || (status = gate_base(o, &base)) != EXIT_OK)
        return status;
    keep_asked(&base, &o->plan);
    status = gate_run(o, o->plan.machine.build, &now, &values);
    if (status == EXIT_OK)
        status = gate_verdict(o, &base, &now, &values);
    result_free(&now);
    baseline_free(&base);
    baseline_free(&values);
    return status;
}

/* What may become a baseline: every column complete and printed the same twice. */
static bool is_acceptable(const struct result *r)
{
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked && (r->columns[c].reason || r->columns[c].repeat != IDENTICAL))
            return false;
    return true;
}

static int baseline_record(const struct options *o, const struct result *r)
{
    char *date = utc_now("%Y-%m-%dT%H:%M:%SZ");
    int rc = baseline_write(r, date, o->reason, o->baseline);
    free(date);
    if (rc)
        complain("cannot write %s: %s", o->baseline, strerror(-rc));
    else
        fprintf(stderr, "wrote %s\n", o->baseline);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

static int act_accept(struct options *o)
{
    static struct result r;
    static struct baseline old;
    const char *path = o->name_count ? o->names[0] : GATE_RUN;
    int status = EXIT_USAGE;
    if (!o->reason || !*o->reason || strchr(o->reason, '\n'))
        return usage_error("%s wants --reason with one line", "accept");
    if (access(o->baseline, F_OK) == 0 && baseline_read(&old, o->baseline))
        return EXIT_NO_BASE;
    baseline_free(&old);
    if (result_read(&r, path))
        return EXIT_USAGE;
    if (is_acceptable(&r))
        status = baseline_record(o, &r);
    else
        complain("%s cannot be a baseline: a column is not complete, or was not run twice with the "
                 "same console; use the document of a gate",
                 path);
    result_free(&r);
    return status;
}

static int act_report(struct options *o)
{
    return publish_report(o->names, o->name_count);
}

static int act_plot(struct options *o)
{
    return publish_plots(o->names, o->name_count);
}

static int act_doctor(struct options *o)
{
    return doctor_print(&o->plan.machine);
}

/* ---- explain ---- */

/* It is vtrace's, which lies beside this program: the same words, the same options. */
static int explain_exec(char **argv)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "vtrace");
    if (n > 0) {
        path[n] = 0;
        strcpy(strrchr(path, '/') + 1, "vtrace");
        argv[0] = path;
        execv(path, argv);
    }
    complain("cannot run %s, which explains: %s", n > 0 ? path : "vtrace", strerror(errno));
    return EXIT_NOT_RUN;
}

/* ---- command line ---- */

static const struct option long_options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"columns", required_argument, NULL, OPT_COLUMNS},
    {"suite", required_argument, NULL, OPT_SUITE},
    {"out", required_argument, NULL, OPT_OUT},
    {"jobs", required_argument, NULL, OPT_JOBS},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"silence", required_argument, NULL, OPT_SILENCE},
    {"twice", no_argument, NULL, OPT_TWICE},
    {"report", no_argument, NULL, OPT_REPORT},
    {"build", required_argument, NULL, OPT_BUILD},
    {"qemu", required_argument, NULL, OPT_QEMU},
    {"tolerance", required_argument, NULL, OPT_TOLERANCE},
    {"baseline", required_argument, NULL, OPT_BASELINE},
    {"against", required_argument, NULL, OPT_AGAINST},
    {"reason", required_argument, NULL, OPT_REASON},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"junit", required_argument, NULL, OPT_JUNIT},
    {"markdown", required_argument, NULL, OPT_MARKDOWN},
    {0},
};

#define MACHINE_HELP                                                                               \
    "  --build DIR      where vantage and guests/ are (build)\n"                                   \
    "  --qemu PROGRAM   QEMU to run (" QEMU ")\n"

static const struct verb verbs[] = {
    {"list", "", "the benchmarks and what each one times", "", act_list},
    {"run", "[NAME...]", "boot the columns, run benchmarks, print and store the comparison",
     "  NAME             a benchmark or a suite; default: the suite of --suite\n"
     "  --suite SUITE    of " SUITE_LIST " (quick)\n"
     "  --columns LIST   of " COLUMN_LIST "\n"
     "                   (all but vantage-traced; hyper: vantage,xen,xen-fast)\n"
     "  --jobs N         columns at a time (2)\n"
     "  --timeout S      seconds a column may take (600)\n"
     "  --silence S      seconds a column's console may say nothing (120)\n"
     "  --twice          run each column twice; both consoles must be the same, byte for byte\n"
     "  --out FILE       result document (results/<date>.json; chosen-<date> with NAMEs)\n"
     "  --report         then write BENCHMARKS.md and plots/\n" MACHINE_HELP,
     act_run},
    {"compare", "A.json[:COLUMN] B.json[:COLUMN]", "what changed from document A to B",
     "  :COLUMN          compare this column of A with that of B; without, all with their "
     "namesakes\n"
     "  --tolerance P    percent a row may be worse (0.5)\n"
     "  --markdown FILE  the rows that changed as a summary for a pull request, too\n"
     "\nexample: what does tracing cost?\n"
     "  vbench run --columns vantage,vantage-traced --out t.json\n"
     "  vbench compare --tolerance 15 t.json:vantage t.json:vantage-traced\n",
     act_compare},
    {"gate", "[NAME...]", "is anything slower than recorded, in exact instructions?",
     "  NAME             a benchmark or a suite; default: the suite of --suite\n"
     "  --suite SUITE    of " SUITE_LIST " (quick)\n"
     "  --columns LIST   columns that are judged (vantage)\n"
     "  --baseline FILE  what they are compared with (" BASELINE ")\n"
     "  --against DIR    instead, run the hypervisor of this build folder the same way\n"
     "  --tolerance P    percent a row may be slower (0.5)\n"
     "  --strict         what got faster must be recorded, too\n"
     "  --junit FILE     the verdicts as JUnit XML, too\n"
     "  --markdown FILE  and as a summary for a pull request\n"
     "  --out FILE       result document (" GATE_RUN ")\n"
     "  --jobs N         columns at a time (2)\n"
     "  --timeout S      seconds a column may take (600)\n"
     "  --silence S      seconds a column's console may say nothing (120)\n" MACHINE_HELP
     "\nAll runs happen twice; both must print the same bytes. Prints TAP.\n"
     "example: vbench gate fork_exit page_fault\n",
     act_gate},
    {"accept", "[FILE.json]", "record the last gate's values as the baseline",
     "  FILE.json        the document of a gate (" GATE_RUN ")\n"
     "  --reason TEXT    why the values may change, one line; kept in the baseline\n"
     "  --baseline FILE  where to (" BASELINE ")\n"
     "\nexample: vbench accept --reason 'fork: pins in one multicall'\n",
     act_accept},
    {"report", "[FILE.json...]", "write BENCHMARKS.md and plots/ from documents",
     "  FILE.json        the documents; default: results/2*.json and results/baseline/*.json\n"
     "\nEach row is taken from the newest document that has it.\n"
     "example: vbench run --suite hyper && vbench report\n",
     act_report},
    {"plot", "[PLOT...] [FILE.json...]", "draw plots/*.svg only",
     "  PLOT             a picture of plots/, without .svg; default: all\n"
     "  FILE.json        the documents, as for report\n"
     "\nexample: vbench plot batching\n",
     act_plot},
    {"explain", "NAME...", "which path owns which part of the difference to native (vtrace explain)", "", NULL},
    {"doctor", "", "can the columns run on this machine?", MACHINE_HELP, act_doctor},
};

enum { VERBS = sizeof verbs / sizeof *verbs };

static const char exit_help[] =
    "\nexit status: 0 all well, 1 something is slower (compare, gate), 2 usage, 3 a column could "
    "not run or\nfinish, 4 two runs that must be identical are not, 5 no comparable baseline, 6 "
    "something is faster\nand not recorded (gate --strict), 130 interrupted (what was finished is "
    "kept)\n";

static int print_help(const struct verb *verb)
{
    if (verb) {
        printf("usage: vbench %s %s%s\n%s\n\n%s", verb->name, *verb->options ? "[options] " : "",
               verb->arguments, verb->meaning, verb->options);
    } else {
        printf("usage: vbench VERB [options]      vbench VERB --help tells more\n\n");
        for (int i = 0; i < VERBS; i++)
            printf("  %-8s %-14s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].meaning);
    }
    fputs(exit_help, stdout);
    return EXIT_OK;
}

/* Does the verb's help name this option? */
static bool takes(const struct verb *verb, int option)
{
    for (const struct option *o = long_options; o->name; o++)
        if (o->val == option)
            return strstr(verb->options, o->name) != NULL;
    return false;
}

static bool count_set(const char *s, double high, unsigned *to)
{
    double value;
    if (!number_parse(s, 1, high, &value))
        return false;
    *to = value;
    return true;
}

static bool option_set(struct options *o, int option, char *value)
{
    double percent = 0;
    bool ok = true;
    switch (option) {
    case OPT_COLUMNS:
        o->columns = value;
        break;
    case OPT_SUITE:
        o->suite = value;
        break;
    case OPT_OUT:
        o->out = value;
        break;
    case OPT_BUILD:
        o->plan.machine.build = value;
        break;
    case OPT_QEMU:
        o->plan.machine.qemu = value;
        break;
    case OPT_BASELINE:
        o->baseline = value;
        break;
    case OPT_AGAINST:
        o->against = value;
        break;
    case OPT_REASON:
        o->reason = value;
        break;
    case OPT_JUNIT:
        o->junit = value;
        break;
    case OPT_MARKDOWN:
        o->markdown = value;
        break;
    case OPT_STRICT:
        o->is_strict = true;
        break;
    case OPT_TWICE:
        o->plan.twice = true;
        break;
    case OPT_REPORT:
        o->wants_report = true;
        break;
    case OPT_JOBS:
        ok = count_set(value, COLUMNS * 2, &o->plan.jobs);
        break;
    case OPT_TIMEOUT:
        ok = count_set(value, 1e6, &o->plan.timeout);
        break;
    case OPT_SILENCE:
        ok = count_set(value, 1e6, &o->plan.silence);
        break;
    case OPT_TOLERANCE:
        ok = number_parse(value, 0, 1000, &percent);
        o->tolerance = percent / 100;
        break;
    }
    return ok;
}

static int verb_call(const struct verb *verb, int argc, char **argv)
{
    struct options o = {
        .plan = {.machine = {.qemu = QEMU, .build = "build"},
                 .jobs = 2,
                 .timeout = 600,
                 .silence = 120},
        .suite = "quick",
        .tolerance = 0.005,
        .baseline = BASELINE,
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        if (option == OPT_HELP)
            return print_help(verb);
        if (option == ':')
            return usage_error("%s wants a value", argv[optind - 1]);
        if (option == '?' || !takes(verb, option))
            return usage_error("this verb has no option %s", argv[optind - 1]);
        if (!option_set(&o, option, optarg))
            return usage_error("%s is not a number in range", optarg);
    }
    o.names = argv + optind;
    o.name_count = argc - optind;
    return verb->act(&o);
}

int main(int argc, char **argv)
{
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        print_help(NULL);
        return argc < 2 ? EXIT_USAGE : EXIT_OK;
    }
    for (int i = 0; i < VERBS; i++)
        if (!strcmp(argv[1], verbs[i].name))
            return verbs[i].act ? verb_call(&verbs[i], argc - 1, argv + 1) : explain_exec(argv);
    return usage_error("there is no verb %s", argv[1]);
}
