/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmarks of a guest image as one static program: micro NAME... or macro NAME..., where a
 * name is a benchmark's or a suite's. For each it prints `VTG-BENCH <name>` when it starts and one
 * JSON line when it is done:
 *
 *   {"bench":"null_call","metric":"ns","iters":2000,"samples":[656120,...]}
 *
 * or, where the kernel cannot run it, `VTG-SKIP <name> <why>`. A sample is the time of `iters`
 * operations together. Lines are written in one piece.
 *
 * Not here: which benchmarks there are (rows.c of the program, from suite.def); any arithmetic on
 * the samples (vbench does it, so that the raw numbers are kept).
 */
#define _GNU_SOURCE
#include "bench/micro/runner.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES_MAX = 32 };

void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s: %s\n", program_name, what, strerror(errno));
    exit(1);
}

void must_exit(int pid, int status)
{
    int got = 0;
    must(waitpid(pid, &got, 0) == pid, "waitpid");
    if (WIFEXITED(got) && WEXITSTATUS(got) == status)
        return;
    fprintf(stderr, "%s: a child ended with wait status %#x instead of exit %d\n", program_name,
            got, status);
    exit(1);
}

static void print_line(const char *line, size_t length)
{
    must(write(STDOUT_FILENO, line, length) == (ssize_t)length, "write");
}

static void print_result(const struct bench *b, const uint64_t *sample)
{
    char line[1024];
    int n = snprintf(line, sizeof line,
                     "{\"bench\":\"%s\",\"metric\":\"ns\",\"iters\":%u,\"samples\":[", b->name,
                     b->iterations);
    for (unsigned i = 0; i < b->samples; i++)
        n += snprintf(line + n, sizeof line - n, "%s%llu", i ? "," : "",
                      (unsigned long long)sample[i]);
    n += snprintf(line + n, sizeof line - n, "]}\n");
    print_line(line, n);
}

static jmp_buf skipped;
static const char *skip_reason;

void skip(const char *why)
{
    skip_reason = why;
    longjmp(skipped, 1);
}

/* Lets the kernel bury what the last sample left behind (stacks of dead processes, files: RCU frees them
 * later), so that it is not timed with the next one. Work follows a tick then, in every column. */
static void settle(void)
{
    const struct timespec t = {.tv_nsec = 40000000};

    must(!nanosleep(&t, NULL), "nanosleep");
}

/* Start-up rows are the exception: they are the time until now. */
static uint64_t sample_take(const struct bench *b)
{
    if (b->samples > 1)
        settle();
    return b->run(b->iterations);
}

static void run(const struct bench *b)
{
    uint64_t sample[SAMPLES_MAX];
    char line[160];

    print_line(line, snprintf(line, sizeof line, "VTG-BENCH %s\n", b->name));
    if (setjmp(skipped)) {
        print_line(line, snprintf(line, sizeof line, "VTG-SKIP %s %s\n", b->name, skip_reason));
        return;
    }
    if (b->samples > 1)
        sample_take(b);
    for (unsigned i = 0; i < b->samples; i++)
        sample[i] = sample_take(b);
    print_result(b, sample);
}

/* Start-up is over by the time a suite is asked for. */
static bool is_named(const struct bench *b, const char *name)
{
    if (!strcmp(b->table, "boot"))
        return !strcmp(name, b->name);
    return !strcmp(name, b->name) || !strcmp(name, b->suite) || !strcmp(name, program_name);
}

static int run_named(const char *name)
{
    int found = 0;
    for (size_t i = 0; i < bench_count; i++) {
        if (!is_named(&benches[i], name))
            continue;
        run(&benches[i]);
        found = 1;
    }
    return found;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s NAME...   (a benchmark or a suite of bench/suite.def)\n",
                program_name);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        if (!run_named(argv[i])) {
            fprintf(stderr, "%s: there is no benchmark or suite called %s\n", program_name,
                    argv[i]);
            return 2;
        }
    }
    return 0;
}
