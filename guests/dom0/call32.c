/* SPDX-License-Identifier: BSD-2-Clause */
/* The doors of 32-bit programs into a 64-bit kernel: int 0x80, the vdso (SYSENTER or SYSCALL), and
 * SYSENTER taken by hand. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __i386__

static long by_interrupt(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

static long by_vdso(long number, long a, long b, long c)
{
    static uintptr_t door;
    long result;

    if (!door)
        door = getauxval(AT_SYSINFO);
    EXPECT(door);
    __asm__ volatile("call *%1" : "=a"(result) : "m"(door), "0"(number), "b"(a), "c"(b), "d"(c)
                     : "memory");
    return result;
}

static void through(long (*door)(long, long, long, long))
{
    long pid = getpid();

    for (unsigned i = 0; i < 500; i++)
        EXPECT(door(SYS_getpid, 0, 0, 0) == pid);
    EXPECT(door(SYS_write, -1, 0, 0) == -EBADF);
    EXPECT(door(SYS_write, 1, 8, 1) == -EFAULT || door(SYS_write, 1, 8, 1) == 1);
    EXPECT(door(100000, 0, 0, 0) == -ENOSYS);
    EXPECT(door(SYS_getppid, 1, 2, 3) == getppid());
}

static void interrupt(void)
{
    through(by_interrupt);
}

static void vdso(void)
{
    through(by_vdso);
}

/* All registers but the result are the caller's after the call. */
static void registers(void)
{
    uint32_t b = 0x11111111, c = 0x22222222, d = 0x33333333, si = 0x44444444, di = 0x55555555;
    long result;

    for (unsigned i = 0; i < 100; i++) {
        __asm__ volatile("int $0x80"
                         : "=a"(result), "+b"(b), "+c"(c), "+d"(d), "+S"(si), "+D"(di)
                         : "0"(SYS_sched_yield)
                         : "memory");
        EXPECT(result == 0 && b == 0x11111111 && c == 0x22222222 && d == 0x33333333 &&
               si == 0x44444444 && di == 0x55555555);
    }
}

static sigjmp_buf out;
static volatile int signo;

static void leave(int number)
{
    signo = number;
    siglongjmp(out, 1);
}

/* Interrupts that are nobody's. */
static void wrong_interrupts(void)
{
    signal(SIGSEGV, leave);
    signal(SIGILL, leave);
    if (!sigsetjmp(out, 1)) {
        __asm__ volatile("int $0x81");
        EXPECT(!"int 0x81 did not fault");
    }
    EXPECT(signo == SIGSEGV, "signal %d ", signo);
    if (!sigsetjmp(out, 1)) {
        __asm__ volatile("int $0x82" ::"a"(17));
        EXPECT(!"int 0x82 did not fault");
    }
    EXPECT(signo == SIGSEGV, "signal %d ", signo);
}

const struct test call32_tests[] = {
    {"int-0x80", interrupt},
    {"vdso-call", vdso},
    {"int-0x80-registers", registers},
    {"wrong-interrupts", wrong_interrupts},
    {0},
};

#endif
