/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals, and the life and death of processes.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile unsigned signals_seen;

static void on_signal(int number)
{
    signals_seen++;
}

static bool install(int number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    return sigaction(number, &action, NULL) == 0;
}

uint64_t bench_signal_install(unsigned iterations)
{
    bool ok = true;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= install(SIGUSR1);
    uint64_t took = clock_now() - start;
    must(ok, "sigaction");
    return took;
}

static uint64_t kill_self(unsigned iterations, int number)
{
    int self = getpid();
    bool ok = install(SIGUSR1);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++)
        ok &= kill(self, number) == 0;
    uint64_t took = clock_now() - start;
    must(ok, "kill");
    return took;
}

uint64_t bench_kill_null(unsigned iterations)
{
    return kill_self(iterations, 0);
}

uint64_t bench_signal_handle(unsigned iterations)
{
    signals_seen = 0;
    uint64_t took = kill_self(iterations, SIGUSR1);
    must(signals_seen == iterations, "a signal was lost");
    return took;
}

uint64_t bench_fork_exit(unsigned iterations)
{
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        int pid = fork();
        if (pid == 0)
            _exit(0);
        must_exit(pid, 0);
    }
    return clock_now() - start;
}

static uint64_t spawn(unsigned iterations, char *const argv[])
{
    char *const environment[] = {NULL};
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        int pid = fork();
        if (pid == 0) {
            execve(argv[0], argv, environment);
            _exit(127);
        }
        must_exit(pid, 0);
    }
    return clock_now() - start;
}

uint64_t bench_fork_exec(unsigned iterations)
{
    return spawn(iterations, (char *const[]){"/bin/hello", NULL});
}

uint64_t bench_fork_exec_dynamic(unsigned iterations)
{
    return spawn(iterations, (char *const[]){"/bin/hello-dynamic", NULL});
}

uint64_t bench_fork_sh(unsigned iterations)
{
    return spawn(iterations, (char *const[]){"/bin/sh", "-c", "/bin/hello", NULL});
}
