/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports: only who asked the kernel may touch them, and only while he may. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/io.h>
#include <unistd.h>

static sigjmp_buf out;

static void leave(int number)
{
    siglongjmp(out, 1);
}

static bool writes(uint16_t port)
{
    if (sigsetjmp(out, 1))
        return false;
    outb(0, port);
    return true;
}

static bool reads(uint16_t port)
{
    if (sigsetjmp(out, 1))
        return false;
    inb(port);
    return true;
}

static void none_without_asking(void)
{
    signal(SIGSEGV, leave);
    EXPECT(!writes(0x80) && !reads(0x80) && !reads(0xcf8) && !reads(0x3f8) && !reads(0xffff));
}

static void by_bitmap(void)
{
    signal(SIGSEGV, leave);
    EXPECT(ioperm(0x80, 1, 1) == 0);
    for (unsigned i = 0; i < 50; i++)
        EXPECT(writes(0x80) && reads(0x80) && !reads(0x81) && !reads(0x7f));
    EXPECT(ioperm(0x80, 1, 0) == 0);
    EXPECT(!writes(0x80));
    EXPECT(ioperm(0xffff, 2, 1) == -1 && errno == EINVAL);
}

static void child_without(void *arg)
{
    EXPECT(!writes(0x80));
}

/* A level is the process's own: its children lose it or not as Linux has it, others never gain it. */
static void by_level(void)
{
    pid_t other;

    signal(SIGSEGV, leave);
    other = child(child_without, NULL);
    EXPECT(iopl(3) == 0);
    for (unsigned i = 0; i < 50; i++) {
        EXPECT(writes(0x80) && reads(0x61));
        usleep(100);
    }
    reap(other);
    EXPECT(iopl(0) == 0);
    EXPECT(!writes(0x80));
}

const struct test port_tests[] = {
    {"ports-denied", none_without_asking},
    {"ports-by-bitmap", by_bitmap},
    {"ports-by-level", by_level},
    {0},
};
