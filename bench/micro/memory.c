/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping memory, faulting it in, changing its protection: what page-table work costs.
 */
#define _GNU_SOURCE
#include "bench/micro/micro.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    BIG = 8 << 20,     /* mmap_8m, mprotect_8m */
    STRIDE = 16 << 10, /* mmap_8m touches this far apart */
    FAULT_PAGES_MAX = 4096,
};

static volatile char *map(int fd, size_t bytes, int protection, int flags)
{
    char *p = mmap(NULL, bytes, protection, flags, fd, 0);
    must(p != MAP_FAILED, "mmap");
    return p;
}

uint64_t bench_mmap_8m(unsigned iterations)
{
    int fd = file_make(BIG);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        volatile char *p = map(fd, BIG, PROT_READ | PROT_WRITE, MAP_SHARED);
        for (size_t at = 0; at < BIG / 10; at += STRIDE)
            p[at] = 1;
        munmap((void *)p, BIG);
    }
    uint64_t took = clock_now() - start;
    close(fd);
    return took;
}

/* A fixed order that visits each of n pages once: Fisher-Yates over a small linear generator. */
static void order_make(unsigned *order, unsigned n)
{
    uint32_t state = 20031019;
    for (unsigned i = 0; i < n; i++)
        order[i] = i;
    for (unsigned i = n - 1; i > 0; i--) {
        state = state * 1664525u + 1013904223u;
        unsigned j = (state >> 8) % (i + 1), keep = order[i];
        order[i] = order[j];
        order[j] = keep;
    }
}

/* Maps the file, reads each page once, in this order, unless it is NULL, and unmaps it. */
static void map_and_read(int fd, unsigned pages, const unsigned *order)
{
    volatile char *p = map(fd, (size_t)pages * PAGE, PROT_READ, MAP_SHARED);
    for (unsigned i = 0; order && i < pages; i++)
        (void)p[(size_t)order[i] * PAGE];
    munmap((void *)p, (size_t)pages * PAGE);
}

/* The first uses of a page also move it between the kernel's lists: they are over before it is timed. */
static uint64_t fault_in(unsigned pages, bool touch)
{
    static unsigned order[FAULT_PAGES_MAX];
    enum { USES = 2 };
    must(pages <= FAULT_PAGES_MAX, "too many pages");
    order_make(order, pages);
    int fd = file_make((size_t)pages * PAGE);
    for (unsigned i = 0; i < USES; i++)
        map_and_read(fd, pages, order);
    uint64_t start = clock_now();
    map_and_read(fd, pages, touch ? order : NULL);
    uint64_t took = clock_now() - start;
    close(fd);
    return took;
}

uint64_t bench_touch_base(unsigned iterations)
{
    return fault_in(iterations, false);
}

uint64_t bench_page_fault(unsigned iterations)
{
    return fault_in(iterations, true);
}

static void fault_around_set(const char *bytes)
{
    int fd = open("/sys/kernel/debug/fault_around_bytes", O_WRONLY);
    if (fd < 0)
        skip("this kernel has no fault_around_bytes in debugfs");
    must(write(fd, bytes, strlen(bytes)) > 0, "set fault_around_bytes in debugfs");
    close(fd);
}

uint64_t bench_page_fault_one(unsigned iterations)
{
    fault_around_set("4096");
    uint64_t took = fault_in(iterations, true);
    fault_around_set("65536");
    return took;
}

static volatile unsigned faults_left;
static sigjmp_buf faults_done;

static void on_fault(int number)
{
    if (--faults_left == 0)
        siglongjmp(faults_done, 1);
}

uint64_t bench_protection_fault(unsigned iterations)
{
    struct sigaction action = {.sa_handler = on_fault}, before;
    int fd = file_make(PAGE);
    volatile char *p = map(fd, PAGE, PROT_READ, MAP_SHARED);
    (void)*p;
    must(!sigaction(SIGSEGV, &action, &before), "sigaction");
    faults_left = iterations;
    volatile uint64_t start = clock_now();
    if (!sigsetjmp(faults_done, 1))
        *p = 1; /* again and again, until on_fault leaves */
    uint64_t took = clock_now() - start;
    sigaction(SIGSEGV, &before, NULL);
    munmap((void *)p, PAGE);
    close(fd);
    return took;
}

/*
 * Takes write access from 8 resident MB and gives it back. The mapping stands one page off a 2 MB
 * boundary, as an ordinary one does: natively three huge pages and 512 small ones, in a PV guest
 * small ones only.
 */
static uint64_t protect_and_back(unsigned iterations, int advice)
{
    static const uintptr_t place = (1ull << 40) + PAGE;
    bool ok = true;
    char *p = mmap((void *)place, BIG, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == MAP_FAILED)
        skip("user programs of this kernel have no 8 MB at 1 TB");
    must(p == (char *)place && !madvise(p, BIG, advice), "mmap at a fixed address");
    for (size_t at = 0; at < BIG; at += PAGE)
        ((volatile char *)p)[at] = 1;
    uint64_t start = clock_now();
    for (unsigned i = 0; i < iterations; i++) {
        ok &= !mprotect(p, BIG, PROT_READ);
        ok &= !mprotect(p, BIG, PROT_READ | PROT_WRITE);
    }
    uint64_t took = clock_now() - start;
    must(ok, "mprotect");
    munmap(p, BIG);
    return took;
}

uint64_t bench_mprotect_8m(unsigned iterations)
{
    return protect_and_back(iterations, MADV_NORMAL);
}

uint64_t bench_mprotect_8m_4k(unsigned iterations)
{
    return protect_and_back(iterations, MADV_NOHUGEPAGE);
}
