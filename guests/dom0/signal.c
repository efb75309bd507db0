/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: delivery in numbers, on another stack, and what faults tell about themselves. */
#define _GNU_SOURCE
#include "suite.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf after;
static volatile siginfo_t seen;
static volatile uint64_t seen_trap, seen_error, seen_cr2;
static volatile uintptr_t handler_stack;
static volatile sig_atomic_t count;

static void note(int number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;

    memcpy((void *)&seen, info, sizeof(seen));
    seen_trap = (uint64_t)c->uc_mcontext.gregs[REG_TRAPNO];
    seen_error = (uint64_t)c->uc_mcontext.gregs[REG_ERR];
#ifdef __i386__
    seen_cr2 = c->uc_mcontext.cr2;
#else
    seen_cr2 = (uint64_t)c->uc_mcontext.gregs[REG_CR2];
#endif
    handler_stack = (uintptr_t)&number;
    siglongjmp(after, 1);
}

static void handle(int number, void (*f)(int, siginfo_t *, void *), int flags)
{
    struct sigaction a = {.sa_sigaction = f, .sa_flags = SA_SIGINFO | flags};

    EXPECT(sigaction(number, &a, NULL) == 0);
}

/* Does ACT and expects it to end in signal NUMBER with code CODE from trap TRAP. */
#define FAULTS(act, number, code, trap)                                                            \
    do {                                                                                           \
        handle(number, note, 0);                                                                   \
        if (!sigsetjmp(after, 1)) {                                                                \
            act;                                                                                   \
            EXPECT(!"no fault: " #act);                                                            \
        }                                                                                          \
        EXPECT(seen.si_signo == (number) && seen.si_code == (code) && seen_trap == (trap),         \
               "signal %d code %d trap %d ", seen.si_signo, seen.si_code, (int)seen_trap);         \
    } while (0)

static void fault_addresses(void)
{
    volatile char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                               -1, 0);
    void (*code)(void) = (void (*)(void))(page + 4096);

    EXPECT(page != MAP_FAILED);
    page[4096] = (char)0xc3;
    EXPECT(munmap((void *)(page + 8192), 4096) == 0);
    for (volatile unsigned i = 0; i < 50; i++) {
        FAULTS(page[8192 + i] = 1, SIGSEGV, SEGV_MAPERR, 14);
        EXPECT(seen.si_addr == page + 8192 + i && seen_cr2 == (uintptr_t)seen.si_addr);
        EXPECT(seen_error == 6, "error %d ", (int)seen_error);
        FAULTS((void)page[8192 + i], SIGSEGV, SEGV_MAPERR, 14);
        EXPECT(seen_error == 4, "error %d ", (int)seen_error);
    }
    EXPECT(mprotect((void *)(page + 4096), 4096, PROT_READ) == 0);
    FAULTS(page[4096 + 77] = 1, SIGSEGV, SEGV_ACCERR, 14);
    EXPECT(seen.si_addr == page + 4096 + 77 && seen_error == 7, "error %d ", (int)seen_error);
    FAULTS(code(), SIGSEGV, SEGV_ACCERR, 14);
    EXPECT(seen.si_addr == page + 4096 && seen_error == 0x15, "error %d ", (int)seen_error);
    EXPECT(mprotect((void *)(page + 4096), 4096, PROT_NONE) == 0);
    FAULTS((void)page[4096], SIGSEGV, SEGV_ACCERR, 14);
    FAULTS((void)*(volatile char *)0, SIGSEGV, SEGV_MAPERR, 14);
    EXPECT(seen.si_addr == NULL);
}

/* Addresses of the kernel and of the hypervisor are not there for a program. */
static void foreign_addresses(void)
{
#ifndef __i386__
    static const uintptr_t places[] = {
        0xffff800000000000, 0xffff820000000000, 0xffff87ffffffffff, 0xffff888000000000,
        0xffffffff80000000, 0xffffffff81000000, 0xfffffffffffff000, 0x00007ffffffff000,
    };

    for (volatile unsigned i = 0; i < sizeof(places) / sizeof(*places); i++) {
        FAULTS((void)*(volatile char *)places[i], SIGSEGV, seen.si_code, 14);
        EXPECT(seen.si_addr == (void *)places[i], "address %p ", seen.si_addr);
        FAULTS(*(volatile char *)places[i] = 0, SIGSEGV, seen.si_code, 14);
    }
    FAULTS((void)*(volatile char *)0x0000800000000000, SIGSEGV, SI_KERNEL, 13);
    FAULTS((void)*(volatile char *)0xffff7fffffffffff, SIGSEGV, SI_KERNEL, 13);
#else
    FAULTS((void)*(volatile char *)0xfffff000, SIGSEGV, seen.si_code, 14);
#endif
}

static void fault_codes(void)
{
    FAULTS(__asm__ volatile("divl %0" ::"r"(0), "a"(1), "d"(0)), SIGFPE, FPE_INTDIV, 0);
    FAULTS(__asm__ volatile("ud2"), SIGILL, ILL_ILLOPN, 6);
    FAULTS(__asm__ volatile("int3"), SIGTRAP, SI_KERNEL, 3);
    FAULTS(__asm__ volatile("int $3"), SIGTRAP, SI_KERNEL, 3);
    FAULTS(__asm__ volatile("hlt"), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("cli"), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("int $0x21"), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("int $0x82"), SIGSEGV, SI_KERNEL, 13);
}

static void fault_codes_privileged(void)
{
    unsigned long value = 0;

    FAULTS(__asm__ volatile("mov %%cr3, %0" : "=r"(value)), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("mov %0, %%db7" ::"r"(value)), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("rdmsr" ::"c"(0xc0000080) : "eax", "edx"), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("wrmsr" ::"c"(0xc0000100), "a"(0), "d"(0)), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("invlpg (%0)" ::"r"(&value)), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("wbinvd"), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("lldt %%ax" ::"a"(0)), SIGSEGV, SI_KERNEL, 13);
    FAULTS(__asm__ volatile("mov %0, %%ss" ::"r"(0x18)), SIGSEGV, SI_KERNEL, 13);
}

/* An arithmetic fault of the old unit with its code. (QEMU's TCG raises none for SSE.) */
static void fault_floating_point(void)
{
    volatile double zero = 0;
    uint16_t control = 0x037f & ~4;
    volatile float one = 1;

    __asm__ volatile("fninit");
    FAULTS(__asm__ volatile("fldcw %0\n flds %1\n fdivl %2\n fwait" ::"m"(control), "m"(one),
                            "m"(zero)),
           SIGFPE, FPE_FLTDIV, 16);
    __asm__ volatile("fninit");
}

static void bus_error(void)
{
    int fd = memfd_create("short", 0);
    volatile char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    EXPECT(fd >= 0 && map != MAP_FAILED && ftruncate(fd, 4096) == 0);
    map[4095] = 1;
    FAULTS(map[4096] = 1, SIGBUS, BUS_ADRERR, 14);
    EXPECT(seen.si_addr == map + 4096);
}

static int deeper(int n)
{
    volatile char room[1024];

    room[n & 1023] = (char)n;
    return n < 100000 ? deeper(n + 1) + room[n & 1023] : 0;
}

/* The stack is used up: only another one can run the handler. */
static void stack_overflow(void)
{
    size_t size = 65536;
    char *other = malloc(size);
    stack_t stack = {.ss_sp = other, .ss_size = size};
    struct rlimit small = {1 << 20, 1 << 20};

    EXPECT(setrlimit(RLIMIT_STACK, &small) == 0);
    EXPECT(sigaltstack(&stack, NULL) == 0);
    for (volatile unsigned i = 0; i < 20; i++) {
        handle(SIGSEGV, note, SA_ONSTACK);
        if (!sigsetjmp(after, 1))
            deeper(0);
        EXPECT(handler_stack >= (uintptr_t)other && handler_stack < (uintptr_t)other + size);
        EXPECT(seen.si_code == SEGV_MAPERR);
    }
}

static void tally(int number, siginfo_t *info, void *context)
{
    count += info->si_code == SI_QUEUE ? info->si_value.sival_int : 1;
}

static void queued_signals(void)
{
    sigset_t held;
    int sum = 0;

    handle(SIGRTMIN, tally, 0);
    sigemptyset(&held);
    sigaddset(&held, SIGRTMIN);
    EXPECT(sigprocmask(SIG_BLOCK, &held, NULL) == 0);
    for (int i = 1; i <= 200; i++, sum += i - 1)
        EXPECT(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i}) == 0);
    EXPECT(count == 0);
    EXPECT(sigprocmask(SIG_UNBLOCK, &held, NULL) == 0);
    EXPECT(count == sum, "sum %d of %d ", (int)count, sum);
}

/* Registers are the same after a timer's signal at any place of a loop. */
static void timer_signals(void)
{
    struct itimerval fast = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
    uint64_t a = 1, b = 2, start = now_ns();
    double x = 1;

    handle(SIGALRM, tally, SA_RESTART);
    EXPECT(setitimer(ITIMER_REAL, &fast, NULL) == 0);
    while (count < 100 && now_ns() - start < 20000000000) {
        for (unsigned i = 0; i < 2000; i++) {
            a += b, b += a;
            x = x * 1.0000001;
            if (a + (b - a) != b || x < 1)
                EXPECT(!"a register changed");
        }
        x = 1;
    }
    EXPECT(setitimer(ITIMER_REAL, &off, NULL) == 0);
    EXPECT(count >= 100, "%d signals ", (int)count);
}

/* Single steps by a program's own trap flag. */
static void trap_flag(int number, siginfo_t *info, void *context)
{
    count += info->si_code == TRAP_TRACE;
}

static void own_trap_flag(void)
{
    handle(SIGTRAP, trap_flag, 0);
#ifdef __i386__
    __asm__ volatile("pushf; orl $0x100, (%%esp); popf; nop; nop; nop; pushf; andl $~0x100, (%%esp);"
                     "popf" ::: "memory", "cc");
#else
    __asm__ volatile("sub $128, %%rsp; pushf; orl $0x100, (%%rsp); popf; nop; nop; nop; pushf;"
                     "andl $~0x100, (%%rsp); popf; add $128, %%rsp" ::: "memory", "cc");
#endif
    EXPECT(count == 6, "%d steps ", (int)count);
}

const struct test signal_tests[] = {
    {"fault-addresses", fault_addresses},
    {"foreign-addresses", foreign_addresses},
    {"fault-codes", fault_codes},
    {"fault-codes-privileged", fault_codes_privileged},
    {"fault-floating-point", fault_floating_point},
    {"bus-error", bus_error},
    {"stack-overflow", stack_overflow},
    {"queued-signals", queued_signals},
    {"timer-signals", timer_signals},
    {"own-trap-flag", own_trap_flag},
    {0},
};
