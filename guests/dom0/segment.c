/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments: local descriptors, bases of FS and GS, selectors that stay. */
#define _GNU_SOURCE
#include "suite.h"

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static long modify_ldt(int function, void *p, unsigned long size)
{
    return syscall(SYS_modify_ldt, function, p, size);
}

static void *low_page(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    EXPECT(p != MAP_FAILED);
    return p;
}

static void set_entry(unsigned n, void *base, unsigned limit, bool code)
{
    struct user_desc d = {.entry_number = n, .base_addr = (unsigned)(uintptr_t)base,
                          .limit = limit, .seg_32bit = 1, .contents = code ? 2 : 0, .useable = 1};

    EXPECT(modify_ldt(0x11, &d, sizeof(d)) == 0, "entry %u ", n);
}

static uint32_t load_fs(unsigned entry, uint32_t offset)
{
    uint32_t value;
    uint16_t old, selector = (uint16_t)(entry << 3 | 7);

    /* FS carries the thread's own storage: put back at once. */
    unsigned long base;

    EXPECT(syscall(SYS_arch_prctl, ARCH_GET_FS, &base) == 0);
    __asm__ volatile("mov %%fs, %w1\n mov %w2, %%fs\n movl %%fs:(%q3), %0\n mov %w1, %%fs\n"
                     "mov $158, %%eax\n mov $0x1002, %%edi\n mov %4, %%rsi\n syscall"
                     : "=&r"(value), "=&r"(old)
                     : "r"(selector), "r"((uint64_t)offset), "r"(base)
                     : "rax", "rdi", "rsi", "rcx", "r11", "memory");
    return value;
}

static void local_descriptors(void)
{
    uint32_t *page = low_page();

    for (unsigned i = 0; i < 1024; i++)
        page[i] = i * 3;
    for (unsigned n = 0; n < 600; n += 37) {
        set_entry(n, &page[n % 64], 4095, false);
        EXPECT(load_fs(n, 40) == (n % 64 + 10) * 3, "entry %u ", n);
    }
}

static sigjmp_buf out;
static volatile uint64_t error;

static void leave(int number, siginfo_t *info, void *context)
{
    siglongjmp(out, 1);
}

/* Beyond the limit: a fault, not somebody else's memory. (A flat segment has none in 64-bit mode, so
 * code of 32 bits reads.) And an entry taken away cannot be loaded. */
static void local_descriptor_gone(void)
{
    struct sigaction a = {.sa_sigaction = leave, .sa_flags = SA_SIGINFO};
    struct user_desc none = {.entry_number = 5, .read_exec_only = 1, .seg_not_present = 1};
    uint16_t selector = 5 << 3 | 7;

    set_entry(5, low_page(), 4095, false);
    __asm__ volatile("mov %w0, %%gs; xor %%eax, %%eax; mov %%ax, %%gs" ::"r"(selector) : "eax");
    EXPECT(modify_ldt(0x11, &none, sizeof(none)) == 0);
    sigaction(SIGSEGV, &a, NULL);
    sigaction(SIGBUS, &a, NULL);
    if (!sigsetjmp(out, 1)) {
        __asm__ volatile("mov %w0, %%gs" ::"r"(selector));
        EXPECT(!"a selector without descriptor was loaded");
    }
    if (!sigsetjmp(out, 1)) {
        __asm__ volatile("mov %w0, %%es" ::"r"(0x777f));
        EXPECT(!"a selector beyond the table was loaded");
    }
}

/* A selector stays over a switch; another process has another table. (GS only: with DS and ES in the
 * local table QEMU 7.2 leads the kernel itself astray, natively and on Xen alike.) */
static void selectors_stay(void)
{
    uint32_t *page = low_page();
    uint16_t want = 3 << 3 | 7;
    pid_t pid;

    set_entry(3, page, 4095, false);
    pid = fork();
    for (unsigned i = 0; i < 500; i++) {
        uint16_t gs;

        __asm__ volatile("mov %w0, %%gs" ::"r"(want));
        sched_yield();
        __asm__ volatile("mov %%gs, %w0" : "=r"(gs));
        EXPECT(gs == want, "gs %#x ", gs);
    }
    if (pid == 0)
        _exit(0);
    reap(pid);
}

/* Code of 32 bits behind a far call through a local descriptor. */
static void local_code(void)
{
    static const uint8_t text[] = {0xb8, 0x78, 0x56, 0x34, 0x12, 0xcb}; /* mov; lret */
    uint8_t *page = low_page();
    char *stack = (char *)low_page() + 4096;
    struct { uint32_t offset; uint16_t selector; } __attribute__((packed)) target = {0, 2 << 3 | 7};
    uint32_t result;

    memcpy(page, text, sizeof(text));
    set_entry(2, page, 4095, true);
    __asm__ volatile("mov %%rsp, %%rbx; mov %2, %%rsp; lcall *(%1); mov %%rbx, %%rsp"
                     : "=&a"(result)
                     : "r"(&target), "r"(stack)
                     : "rbx", "memory");
    EXPECT(result == 0x12345678, "%#x ", result);
}

static uint64_t gs_word(void)
{
    uint64_t value;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(value));
    return value;
}

static void hold_gs(void *arg)
{
    uint64_t cell = 0x1000 + (uintptr_t)arg;
    unsigned long base;

    EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, &cell) == 0);
    for (unsigned i = 0; i < 1000; i++) {
        sched_yield();
        EXPECT(gs_word() == cell);
        EXPECT(syscall(SYS_arch_prctl, ARCH_GET_GS, &base) == 0 && base == (uintptr_t)&cell);
    }
}

static void *hold_gs_thread(void *arg)
{
    hold_gs(arg);
    return NULL;
}

static void gs_bases(void)
{
    pthread_t threads[4];
    pid_t pids[4];

    for (uintptr_t i = 0; i < 4; i++) {
        pids[i] = child(hold_gs, (void *)i);
        EXPECT(pthread_create(&threads[i], NULL, hold_gs_thread, (void *)(i + 100)) == 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(pthread_join(threads[i], NULL) == 0);
        reap(pids[i]);
    }
    EXPECT(syscall(SYS_arch_prctl, ARCH_SET_GS, 0xffff820000000000) == -1 && errno == EPERM);
}

/* The instructions for the bases, where the kernel says that they may be used. */
static void base_instructions(void)
{
    uint64_t cell = 0x77, base;

    if (!(getauxval(AT_HWCAP2) & 2))
        skip("no FSGSBASE");
    for (unsigned i = 0; i < 500; i++) {
        __asm__ volatile("wrgsbase %0" ::"r"(&cell));
        sched_yield();
        __asm__ volatile("rdgsbase %0" : "=r"(base));
        EXPECT(base == (uintptr_t)&cell && gs_word() == 0x77);
    }
}

const struct test segment_tests[] = {
    {"local-descriptors", local_descriptors},
    {"local-descriptor-gone", local_descriptor_gone},
    {"selectors-stay", selectors_stay},
    {"local-code", local_code},
    {"gs-bases", gs_bases},
    {"base-instructions", base_instructions},
    {0},
};
