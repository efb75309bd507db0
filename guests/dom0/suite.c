/* SPDX-License-Identifier: BSD-2-Clause */
/* usage: suite [-x NAME]... [NAME]...    runs the tests named (all), except those after -x
 * Prints TAP, exits 0 when nothing failed. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 120, SKIPPED = 77 };

static const struct test *const groups[] = {
#ifdef __i386__
    call32_tests, process_tests, signal_tests, thread_tests, memory_tests, time_tests, fpu_tests,
#else
    process_tests, signal_tests,  thread_tests, memory_tests, ptrace_tests,   time_tests,
    fpu_tests,     segment_tests, port_tests,   vsyscall_tests, kernel_tests, pressure_tests,
    storm_tests,
#endif
};

#ifdef __i386__
static const char suffix[] = "-32";
#else
static const char suffix[] = "";
#endif

_Noreturn void failed(const char *file, int line, const char *what, const char *format, ...)
{
    int error = errno;
    char text[300];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    printf("# %s:%d: %s%s (errno %d)\n", file, line, what, text, error);
    fflush(stdout);
    _exit(1);
}

_Noreturn void skip(const char *why)
{
    printf("# %s\n", why);
    fflush(stdout);
    _exit(SKIPPED);
}

void reap(pid_t pid)
{
    int status;

    EXPECT(pid > 0);
    EXPECT(waitpid(pid, &status, 0) == pid);
    EXPECT(status == 0, "status %#x ", status);
}

pid_t child(void (*f)(void *), void *arg)
{
    pid_t pid = fork();

    if (pid == 0) {
        f(arg);
        _exit(0);
    }
    return pid;
}

bool put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_APPEND);
    ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

    if (fd >= 0)
        close(fd);
    return n == (ssize_t)strlen(text);
}

ssize_t get(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY);
    size_t have = 0;
    ssize_t n = fd < 0 ? -1 : 0;

    while (fd >= 0 && have < size - 1 && (n = read(fd, text + have, size - 1 - have)) > 0)
        have += (size_t)n;
    if (fd >= 0)
        close(fd);
    text[have] = 0;
    return n < 0 ? -1 : (ssize_t)have;
}

uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Waits without a signal handler, so that a test may do with SIGALRM and SIGCHLD as it likes. */
static int wait_limited(pid_t pid)
{
    int status;

    for (unsigned turn = 0; turn < LIMIT_SECONDS * 100; turn++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        usleep(10000);
    }
    printf("# no end after %d s\n", LIMIT_SECONDS);
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
    return status;
}

static bool run(const struct test *t, unsigned number)
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        t->run();
        fflush(stdout);
        _exit(0);
    }
    status = wait_limited(pid);
    if (WIFSIGNALED(status))
        printf("# ended by signal %d\n", WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        printf("ok %u - %s%s # skip\n", number, t->name, suffix);
    else
        printf("%s %u - %s%s\n", status ? "not ok" : "ok", number, t->name, suffix);
    return !status || (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED);
}

static bool chosen(const char *name, int argc, char **argv)
{
    bool named = false, any = false;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-x") && i + 1 < argc) {
            if (!strcmp(argv[++i], name))
                return false;
            continue;
        }
        any = true;
        named |= !strcmp(argv[i], name);
    }
    return named || !any;
}

int main(int argc, char **argv)
{
    unsigned number = 0, bad = 0;

    setvbuf(stdout, NULL, _IOFBF, 8192);
    for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++)
        for (const struct test *t = groups[g]; t->name; t++)
            if (chosen(t->name, argc, argv))
                bad += !run(t, ++number);
    printf("1..%u\n", number);
    return bad != 0;
}
