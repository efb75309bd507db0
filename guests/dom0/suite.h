/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux programs that ask a kernel whether it is right: plain static C, the same natively and in a
 * domain. A test is a function that returns when all is well; each runs in a process of its own under
 * a time limit, so a crash or a hang is one failed line. Output is TAP. */
#ifndef DOM0_SUITE_H
#define DOM0_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct test {
    const char *name;
    void (*run)(void);
};

/* Ends the test as failed, with the place and what was expected, unless COND. */
#define EXPECT(cond, ...) ((cond) ? (void)0 : failed(__FILE__, __LINE__, #cond, " " __VA_ARGS__))

_Noreturn void failed(const char *file, int line, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Ends the test as skipped: the kernel or the processor does not offer it. */
_Noreturn void skip(const char *why);

/* Waits for CHILD and expects exit status 0. */
void reap(pid_t child);
/* A child that runs F(ARG) and exits 0. */
pid_t child(void (*f)(void *), void *arg);
/* Writes TEXT into a file of the kernel's; returns false when it refuses. */
bool put(const char *path, const char *text);
/* Reads at most SIZE - 1 bytes, ends them with a zero; returns the length or -1. */
ssize_t get(const char *path, char *text, size_t size);
uint64_t now_ns(void);
static inline uint64_t tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

/* Name of the test, one line each; LAST column tells which programs have it. */
extern const struct test process_tests[], signal_tests[], thread_tests[], memory_tests[];
extern const struct test pressure_tests[], ptrace_tests[], time_tests[], fpu_tests[];
extern const struct test segment_tests[], vsyscall_tests[], port_tests[], kernel_tests[], call32_tests[];
extern const struct test storm_tests[];

#endif
