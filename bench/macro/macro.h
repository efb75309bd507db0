/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The macro benchmarks by name, and how they run the programs of the image.
 *
 *      /macro/in/        what the programs are fed (bench/macro/input, made by guests/images/macro)
 *      /macro/programs   cint-mini: which program reads which input
 *      /macro/expected/  the SHA-256 of what each of them must print
 *      /macro/work/      where a benchmark works; empty when it begins
 */
#ifndef BENCH_MACRO_MACRO_H
#define BENCH_MACRO_MACRO_H

#include "bench/micro/runner.h"

#define BENCH(...)
#define HYPER(...)
#define IO(...)
#define MACRO(name, ...) uint64_t bench_##name(unsigned iterations);
#include "bench/suite.def"

#define IN_DIR   "/macro/in/"
#define WORK_DIR "/macro/work"

/* Makes WORK_DIR new and empty, and the current directory. */
void work_begin(void);

/* Insists that the file `output` in WORK_DIR is what it was when the image was made. */
void output_check(const char *name);

/* A program to run: NULL for `in` or `out` is /dev/null; user 0 is root. */
struct command {
    const char *in, *out;
    int in_socket; /* not 0: this is its standard input instead */
    unsigned user;
    char *const *argv;
};

/* Starts it; its process. */
int command_start(const struct command *c);

/* Runs it to its end, which must be exit status 0. */
void command_run(const struct command *c);

/* The same by a list of words. */
#define run(...) command_run(&(struct command){.argv = (char *[]){__VA_ARGS__, NULL}})

/* Ticks that command_run takes. */
uint64_t command_time(const struct command *c);

#endif
