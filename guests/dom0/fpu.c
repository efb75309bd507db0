/* SPDX-License-Identifier: BSD-2-Clause */
/* State of the floating-point and vector units is a process's own: over switches of processes and
 * threads, over signals, and over whatever a signal handler does with it. */
#define _GNU_SOURCE
#include "suite.h"

#include <cpuid.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { REGISTERS = 8 };

static bool has_avx(void)
{
    unsigned a, b, c, d, low, high;

    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (bit_OSXSAVE | bit_AVX)) != (bit_OSXSAVE | bit_AVX))
        return false;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6;
}

struct state {
    uint8_t vector[REGISTERS][32] __attribute__((aligned(32)));
    uint8_t x87[108];
    uint32_t mxcsr;
};

static void pattern(struct state *s, uint8_t seed)
{
    for (unsigned i = 0; i < sizeof(s->vector); i++)
        ((uint8_t *)s->vector)[i] = (uint8_t)(seed * 31 + i * 7);
}

#define EACH(OP) OP(0) OP(1) OP(2) OP(3) OP(4) OP(5) OP(6) OP(7)
#define LOAD_XMM(n) "movups 32*" #n "(%0), %%xmm" #n "\n"
#define SAVE_XMM(n) "movups %%xmm" #n ", 32*" #n "(%0)\n"
#define LOAD_YMM(n) "vmovups 32*" #n "(%0), %%ymm" #n "\n"
#define SAVE_YMM(n) "vmovups %%ymm" #n ", 32*" #n "(%0)\n"
#define CLOBBERED "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "memory"

static void load(const struct state *s, bool wide)
{
    if (wide)
        __asm__ volatile(EACH(LOAD_YMM)::"r"(s->vector) : CLOBBERED);
    else
        __asm__ volatile(EACH(LOAD_XMM)::"r"(s->vector) : CLOBBERED);
}

static void save(struct state *s, bool wide)
{
    if (wide)
        __asm__ volatile(EACH(SAVE_YMM)::"r"(s->vector) : "memory");
    else
        __asm__ volatile(EACH(SAVE_XMM)::"r"(s->vector) : "memory");
}

/* One system call that gives the processor away, with the registers loaded before and saved after:
 * nothing the compiler could put between touches them. */
static void give_away(const struct state *in, struct state *out, bool wide)
{
    long number = 24; /* sched_yield */

    load(in, wide);
#ifdef __i386__
    number = 158;
    __asm__ volatile("int $0x80" : "+a"(number)::"memory");
#else
    __asm__ volatile("syscall" : "+a"(number)::"rcx", "r11", "memory");
#endif
    save(out, wide);
}

static void same(const struct state *a, const struct state *b, bool wide)
{
    for (unsigned r = 0; r < REGISTERS; r++)
        EXPECT(!memcmp(a->vector[r], b->vector[r], wide ? 32 : 16), "register %u ", r);
}

static void keep(uint8_t seed, unsigned turns)
{
    static __thread struct state mine, read_back;
    bool wide = has_avx();
    double sum = 0, x = seed;
    uint16_t control = (uint16_t)(0x037f | (seed & 3) << 10), got;
    uint32_t mxcsr = 0x1f80 | (uint32_t)(seed & 3) << 13, mxcsr_got;

    pattern(&mine, seed);
    __asm__ volatile("fldcw %0; ldmxcsr %1" ::"m"(control), "m"(mxcsr));
    __asm__ volatile("fldl %0" ::"m"(x));
    for (unsigned i = 0; i < turns; i++) {
        give_away(&mine, &read_back, wide);
        same(&mine, &read_back, wide);
        __asm__ volatile("fnstcw %0; stmxcsr %1" : "=m"(got), "=m"(mxcsr_got));
        EXPECT(got == control, "control %#x for %#x ", got, control);
        EXPECT((mxcsr_got & ~0x3fu) == mxcsr, "mxcsr %#x for %#x ", mxcsr_got, mxcsr);
    }
    __asm__ volatile("fstpl %0" : "=m"(sum));
    EXPECT(sum == x, "x87 %f for %f ", sum, x);
}

static void keep_in_process(void *arg)
{
    keep((uint8_t)(uintptr_t)arg, 1000);
}

static void *keep_in_thread(void *arg)
{
    keep((uint8_t)(uintptr_t)arg, 1000);
    return NULL;
}

static void over_processes(void)
{
    pid_t pids[6];

    printf("# %s\n", has_avx() ? "AVX" : "SSE");
    fflush(stdout);
    for (uintptr_t i = 0; i < 6; i++)
        pids[i] = child(keep_in_process, (void *)(i + 1));
    for (unsigned i = 0; i < 6; i++)
        reap(pids[i]);
}

static void over_threads(void)
{
    pthread_t threads[6];

    for (uintptr_t i = 0; i < 6; i++)
        EXPECT(pthread_create(&threads[i], NULL, keep_in_thread, (void *)(i + 1)) == 0);
    for (unsigned i = 0; i < 6; i++)
        EXPECT(pthread_join(threads[i], NULL) == 0);
}

static volatile sig_atomic_t signals;

static void scribble(int number)
{
    static struct state junk;

    memset(&junk, 0xa5, sizeof(junk));
    load(&junk, has_avx());
    __asm__ volatile("fninit; fldpi");
    signals++;
}

/* A busy loop with loaded registers, a timer's signals in it that spoil them. */
static void over_signals(void)
{
    static struct state mine, read_back;
    struct itimerval fast = {{0, 2000}, {0, 2000}};
    bool wide = has_avx();

    signal(SIGALRM, scribble);
    EXPECT(setitimer(ITIMER_REAL, &fast, NULL) == 0);
    for (unsigned i = 0; signals < 50; i++) {
        unsigned long spins = 20000;

        pattern(&mine, (uint8_t)i);
        load(&mine, wide);
        __asm__ volatile("1: dec %0; jnz 1b" : "+r"(spins)::"cc", "memory");
        save(&read_back, wide);
        same(&mine, &read_back, wide);
        EXPECT(i < 200000, "%d signals ", (int)signals);
    }
}

/* A long sum in which every digit counts, in several processes at once. */
static void sum_of(void *arg)
{
    long double a = 0;
    double b = 0;

    for (unsigned i = 1; i < 300000; i++) {
        a += 1.0L / i;
        b += 1.0 / i;
    }
    EXPECT((double)a > 13.188 && (double)a < 13.189, "%.12f ", (double)a);
    EXPECT(b - (double)a < 1e-9 && (double)a - b < 1e-9, "%.12f ", b);
}

static void sums(void)
{
    pid_t pids[4];

    for (unsigned i = 0; i < 4; i++)
        pids[i] = child(sum_of, NULL);
    for (unsigned i = 0; i < 4; i++)
        reap(pids[i]);
}

const struct test fpu_tests[] = {
    {"fpu-over-processes", over_processes},
    {"fpu-over-threads", over_threads},
    {"fpu-over-signals", over_signals},
    {"fpu-sums", sums},
    {0},
};
