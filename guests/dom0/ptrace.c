/* SPDX-License-Identifier: BSD-2-Clause */
/* What a debugger does: single steps, break and watch points of the hardware. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile uint64_t watched, neighbour[2];

static int wait_stop(pid_t pid)
{
    int status;

    EXPECT(waitpid(pid, &status, 0) == pid);
    return status;
}

static void expect_trap(pid_t pid)
{
    int status = wait_stop(pid);

    EXPECT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP, "status %#x ", status);
}

static pid_t traced(void (*f)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        f();
        _exit(0);
    }
    status = wait_stop(pid);
    EXPECT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "status %#x ", status);
    return pid;
}

static void set_dr(pid_t pid, unsigned n, uint64_t value)
{
    EXPECT(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[n]), value) == 0,
           "DR%u ", n);
}

static uint64_t get_dr(pid_t pid, unsigned n)
{
    return (uint64_t)ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user, u_debugreg[n]), NULL);
}

/* Ten no-ops between two labels; the steps in between are counted. */
extern const char steps_begin[], steps_end[];

static void steps(void)
{
    __asm__ volatile("steps_begin: .rept 10; nop; .endr; steps_end: nop" ::: "memory");
}

static void single_step(void)
{
    pid_t pid = traced(steps);
    struct user_regs_struct r;
    unsigned inside = 0, total = 0;
    uint64_t last = 0;

    do {
        EXPECT(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0);
        expect_trap(pid);
        EXPECT(ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0);
        if (r.rip > (uintptr_t)steps_begin && r.rip <= (uintptr_t)steps_end) {
            EXPECT(!inside || r.rip == last + 1, "from %lx to %llx ", last, r.rip);
            last = r.rip;
            inside++;
        }
    } while (++total < 20000 && r.rip != (uintptr_t)steps_end);
    EXPECT(inside == 10, "%u steps, %u in all ", inside, total);
    EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
    EXPECT(wait_stop(pid) == 0);
}

/* Steps over system calls: the step after the call is reported behind it, once. */
__attribute__((noinline)) static void call_kernel(void)
{
    long left = 3;

    __asm__ volatile("1: mov $39, %%eax; steps_call: syscall; dec %0; jnz 1b"
                     : "+r"(left)::"rax", "rcx", "r11", "memory", "cc");
}

extern const char steps_call[];

static void single_step_calls(void)
{
    pid_t pid = traced(call_kernel);
    struct user_regs_struct r;
    unsigned calls = 0, behind = 0;
    int status;

    for (unsigned i = 0; i < 20000; i++) {
        EXPECT(ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0);
        calls += r.rip == (uintptr_t)steps_call;
        behind += r.rip == (uintptr_t)steps_call + 2;
        EXPECT(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0);
        status = wait_stop(pid);
        if (WIFEXITED(status))
            break;
        EXPECT(WSTOPSIG(status) == SIGTRAP, "status %#x ", status);
    }
    EXPECT(status == 0 && calls == 3 && behind == 3, "%u calls, %u behind ", calls, behind);
}

static void touch_watched(void)
{
    neighbour[0]++;
    for (unsigned i = 0; i < 20; i++)
        getppid();
    watched = 0x1234;
    neighbour[1]++;
}

/* A write to one word stops the program exactly once, after the write. */
static void watch_point(void)
{
    pid_t pid = traced(touch_watched);

    set_dr(pid, 0, (uintptr_t)&watched);
    set_dr(pid, 7, 1 | 1u << 16 | 2u << 18);
    EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
    expect_trap(pid);
    EXPECT((get_dr(pid, 6) & 15) == 1, "DR6 %#lx ", get_dr(pid, 6));
    EXPECT(ptrace(PTRACE_PEEKDATA, pid, &watched, NULL) == 0x1234);
    set_dr(pid, 6, 0);
    EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
    EXPECT(wait_stop(pid) == 0);
}

static void many_writes(void)
{
    for (unsigned i = 0; i < 50; i++) {
        watched++;
        getppid();
    }
}

/* The other program does not stop when it writes to the same address. */
static void watch_point_of_one(void)
{
    pid_t other = fork(), pid;
    unsigned hits = 0;
    int status;

    if (other == 0)
        for (;;) {
            watched++;
            getppid();
        }
    pid = traced(many_writes);
    set_dr(pid, 3, (uintptr_t)&watched);
    set_dr(pid, 7, 1u << 6 | 1u << 28 | 2u << 30);
    for (;;) {
        EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
        status = wait_stop(pid);
        if (WIFEXITED(status))
            break;
        EXPECT(WSTOPSIG(status) == SIGTRAP, "status %#x ", status);
        hits++;
    }
    EXPECT(hits == 50, "%u hits ", hits);
    EXPECT(waitpid(other, &status, WNOHANG) == 0);
    kill(other, SIGKILL);
    waitpid(other, &status, 0);
}

static void break_point(void)
{
    pid_t pid = traced(steps);
    struct user_regs_struct r;

    set_dr(pid, 1, (uintptr_t)steps_begin + 4);
    set_dr(pid, 7, 1u << 2);
    EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
    expect_trap(pid);
    EXPECT(ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0);
    EXPECT(r.rip == (uintptr_t)steps_begin + 4, "rip %llx ", r.rip);
    EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
    EXPECT(wait_stop(pid) == 0);
}

/* Debug registers with addresses that are not a program's are refused. */
static void refused_registers(void)
{
    pid_t pid = traced(steps);

    errno = 0;
    EXPECT(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]),
                  0xffffffff81000000) == -1);
    EXPECT(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]),
                  0xffff820000000000) == -1);
    EXPECT(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
    EXPECT(wait_stop(pid) == 0);
}

/* Each system call is seen going in and coming out. */
static void system_calls(void)
{
    pid_t pid = traced(call_kernel);
    unsigned stops = 0;
    struct user_regs_struct r;
    int status;

    for (;;) {
        EXPECT(ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0);
        status = wait_stop(pid);
        if (WIFEXITED(status))
            break;
        EXPECT(ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0);
        stops += r.orig_rax == 39;
        if (r.orig_rax == 39 && stops % 2 == 0)
            EXPECT(r.rax == (unsigned)pid, "rax %llu ", r.rax);
    }
    EXPECT(stops == 6, "%u stops ", stops);
}

const struct test ptrace_tests[] = {
    {"single-step", single_step},
    {"single-step-calls", single_step_calls},
    {"watch-point", watch_point},
    {"watch-point-of-one", watch_point_of_one},
    {"break-point", break_point},
    {"refused-registers", refused_registers},
    {"traced-system-calls", system_calls},
    {0},
};
