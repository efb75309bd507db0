/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace explain: which path owns which part of what a benchmark takes longer on Vantage than natively, or on
 * one build of Vantage than on another. Counts exactly, by running both under bench/plugin (bench/explain/count),
 * or explains the counts of an earlier run.
 */
#include "trace/vtrace/explain/explain.h"
#include "trace/vtrace/json.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES        8 /* of each list, when no limit is given */
#define UNEXPLAINED  1 /* exit status */

static const struct {
    const char *name, *suite;
} benchmarks[] = {
#define BENCH(name, suite, ...) {#name, #suite},
#include "bench/suite.def"
};

#define BENCHMARKS (sizeof(benchmarks) / sizeof(benchmarks[0]))

struct choice {
    bool has[BENCHMARKS];
    size_t count;
};

/* A word is a benchmark, the beginning of some, or a suite. */
static bool word_means(const char *word, size_t i)
{
    return !strncmp(benchmarks[i].name, word, strlen(word)) || !strcmp(benchmarks[i].suite, word);
}

static bool is_benchmark(const char *word)
{
    for (size_t i = 0; i < BENCHMARKS; i++)
        if (!strcmp(benchmarks[i].name, word))
            return true;
    return false;
}

static void choose(struct choice *c, const char *word)
{
    size_t before = c->count;
    bool exact = is_benchmark(word);

    for (size_t i = 0; i < BENCHMARKS; i++)
        if (exact ? !strcmp(benchmarks[i].name, word) : word_means(word, i)) {
            c->count += !c->has[i];
            c->has[i] = true;
        }
    if (!exact && c->count == before)
        fail("no benchmark or suite begins with \"%s\"; vbench list shows them", word);
}

/* The folder of the repository, from where this program lies: build/bin/vtrace. */
static const char *repository(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    for (int up = 0; n > 0 && up < 3; up++)
        *strrchr(path, '/') = 0;
    return n > 0 && *path ? path : ".";
}

/* Runs the columns under the counting plugin; their counts are in `folder` then. */
static void count_anew(const char *folder, const char *columns, const struct choice *c)
{
    const char *arguments[BENCHMARKS + 5] = {0};
    char script[4200];
    size_t n = 0;
    int status;
    pid_t pid;

    snprintf(script, sizeof(script), "%s/bench/explain/count", repository());
    if (access(script, X_OK))
        fail("%s is not there, which counts; give the counts of an earlier run with --result", script);
    arguments[n++] = script;
    arguments[n++] = folder;
    arguments[n++] = "build";
    arguments[n++] = columns;
    for (size_t i = 0; i < BENCHMARKS; i++)
        if (c->has[i])
            arguments[n++] = benchmarks[i].name;
    fflush(stdout);
    pid = fork();
    if (!pid) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execv(script, (char *const *)arguments);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
        fail("the benchmarks could not be counted; see above");
}

static void print_map_head(const struct side *s)
{
    printf("<!-- made by: make costs -->\n# Where the instructions go\n\n"
           "Instructions per operation, counted exactly (bench/plugin): `native` and `Vantage` in all; of the difference,\n"
           "`user` is the program's own, `guest` the guest kernel's longer path, `ours` the hypervisor's. A visit is one "
           "entry into\nthe hypervisor, by its main function and who came, with how often and how many instructions "
           "each.\n\n"
           "Counted at commit %s with %s;\nsha256 of the kernel %.16s, of the initial RAM disk %.16s. `make costs` counts "
           "anew.\n\n"
           "| benchmark | native | Vantage | user | guest | ours | unexplained | visits: times x instructions | most in "
           "ours | most more in the guest kernel |\n|---|---|---|---|---|---|---|---|---|---|\n",
           side_says(s, "commit"), side_says(s, "qemu"), side_says(s, "kernel_sha256"), side_says(s, "initrd_sha256"));
}

struct run {
    struct side was, is;
    struct wording wording;
    bool as_json, as_map;
    json_t *all;
    size_t count;
    int status;
};

static void explain_one(struct run *r, const char *benchmark)
{
    struct sample was = side_sample(&r->was, benchmark), is = side_sample(&r->is, benchmark);
    struct explanation e;

    if (!was.of || !is.of)
        return;
    e = explain(benchmark, was, is);
    r->count++;
    if (!is_explained(&e))
        r->status = UNEXPLAINED;
    if (r->as_map)
        explanation_map_row(&e);
    else if (r->as_json)
        json_array_append_new(r->all, explanation_json(&e, &r->wording));
    else
        explanation_print(&e, &r->wording);
}

static void explain_all(struct run *r, const struct choice *c)
{
    if (r->as_map)
        print_map_head(&r->is);
    r->all = json_array();
    for (size_t i = 0; i < BENCHMARKS; i++)
        if (c->has[i] || !c->count)
            explain_one(r, benchmarks[i].name);
    if (!r->count)
        fail("nothing%s was measured on both sides", c->count ? " of that" : "");
    if (r->as_json)
        json_print(json_pack("{s:s,s:s,s:s,s:s,s:O}", "commit", side_says(&r->is, "commit"), "qemu",
                             side_says(&r->is, "qemu"), "kernel_sha256", side_says(&r->is, "kernel_sha256"), "unit",
                             "instructions per operation", "benchmarks", r->all), false);
    json_decref(r->all);
}

static void print_breakdown(const char *folder, const struct choice *c)
{
    const char *names[BENCHMARKS];
    size_t n = 0;

    for (size_t i = 0; i < BENCHMARKS; i++)
        if (c->has[i] || !c->count)
            names[n++] = benchmarks[i].name;
    breakdown_print(folder, names, n);
}

static int explain_sides(struct run *r, const char *folder, const char *base, const struct choice *c)
{
    side_open(&r->was, r->wording.was, base ? base : folder, base ? "vantage" : "native");
    side_open(&r->is, r->wording.is, folder, "vantage");
    explain_all(r, c);
    side_close(&r->was);
    side_close(&r->is);
    return r->status;
}

int verb_explain(const struct options *o)
{
    const char *folder = option_text(o, 'R'), *base = option_text(o, 'B');
    struct run r = {.wording = {base ? "on the base" : "natively", "on Vantage", base, option_number(o, 'n', LINES)},
                    .as_json = option_given(o, 'j'), .as_map = option_given(o, 'M')};
    bool is_breakdown = option_given(o, 'K');
    struct choice c = {0};
    char fresh[4200];
    int status = 0;

    for (int i = 0; i < o->path_count; i++)
        choose(&c, o->paths[i]);
    if (!folder && (base || !c.count))
        fail("%s", base ? "--base wants --result too: nothing is run" : "which benchmark? vbench list shows them");
    if (!folder) {
        snprintf(fresh, sizeof(fresh), "%s/build/explain", repository());
        count_anew(folder = fresh, is_breakdown ? BREAKDOWN_COLUMNS : "native,vantage", &c);
    }
    if (is_breakdown)
        print_breakdown(folder, &c);
    else
        status = explain_sides(&r, folder, base, &c);
    if (fflush(stdout))
        fail("the output cannot be written");
    return status;
}
