/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: mappings of all kinds made, moved, protected, shared and given back. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS, RW = PROT_READ | PROT_WRITE };

static uint32_t *map(size_t pages, int flags, int fd)
{
    void *p = mmap(NULL, pages * PAGE, RW, flags, fd, 0);

    EXPECT(p != MAP_FAILED, "%zu pages ", pages);
    return p;
}

#define WORD(p, page) ((p)[(size_t)(page) * (PAGE / 4)])

static void mark(uint32_t *p, size_t from, size_t to, uint32_t seed)
{
    for (size_t i = from; i < to; i++)
        WORD(p, i) = seed + (uint32_t)i;
}

static void verify(uint32_t *p, size_t from, size_t to, uint32_t seed)
{
    for (size_t i = from; i < to; i++)
        EXPECT(WORD(p, i) == seed + (uint32_t)i, "page %zu ", i);
}

/* A window is moved, grown and shrunk; what was in it stays. */
static void remap(void)
{
    uint32_t *p = map(512, ANONYMOUS, -1), *q;

    mark(p, 0, 512, 1000);
    for (unsigned i = 0; i < 20; i++) {
        uint32_t *away = map(1024, ANONYMOUS, -1);

        q = mremap(p, 512 * PAGE, 1024 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, away);
        EXPECT(q == away);
        verify(q, 0, 512, 1000);
        EXPECT(WORD(q, 777) == 0);
        mark(q, 512, 1024, 7);
        p = mremap(q, 1024 * PAGE, 512 * PAGE, 0);
        EXPECT(p == q);
    }
    verify(p, 0, 512, 1000);
}

static sigjmp_buf out;

static void leave(int number)
{
    siglongjmp(out, 1);
}

static bool writable(volatile uint32_t *word)
{
    if (sigsetjmp(out, 1))
        return false;
    *word = *word;
    return true;
}

/* Rights change page by page and the processor obeys at once. */
static void protect(void)
{
    uint32_t *p = map(64, ANONYMOUS, -1);

    signal(SIGSEGV, leave);
    mark(p, 0, 64, 3);
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = round % 3; i < 64; i += 3)
            EXPECT(mprotect(&WORD(p, i), PAGE, PROT_READ) == 0);
        for (unsigned i = 0; i < 64; i++)
            EXPECT(writable(&WORD(p, i)) == (i % 3 != round % 3), "page %u ", i);
        EXPECT(mprotect(p, 64 * PAGE, PROT_NONE) == 0);
        EXPECT(!writable(&WORD(p, round)));
        EXPECT(mprotect(p, 64 * PAGE, RW) == 0);
        verify(p, 0, 64, 3);
    }
}

/* Code written, then run: no stale page from before. */
static void write_then_run(void)
{
    unsigned char *code = (unsigned char *)map(1, ANONYMOUS, -1);

    for (unsigned i = 0; i < 200; i++) {
        unsigned char text[6] = {0xb8, (unsigned char)i, 0, 0, 0, 0xc3};

        EXPECT(mprotect(code, PAGE, RW) == 0);
        memcpy(code, text, sizeof(text));
        EXPECT(mprotect(code, PAGE, PROT_READ | PROT_EXEC) == 0);
        EXPECT(((unsigned (*)(void))code)() == i);
    }
}

static void shared_file(void)
{
    int fd = open("/tmp/suite-file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    uint32_t *shared, *private, word;

    EXPECT(fd >= 0 && ftruncate(fd, 512 * PAGE) == 0);
    shared = map(512, MAP_SHARED, fd);
    private = map(512, MAP_PRIVATE, fd);
    mark(shared, 0, 512, 50);
    verify(private, 0, 512, 50);
    mark(private, 0, 512, 99);
    verify(shared, 0, 512, 50);
    for (unsigned i = 0; i < 512; i += 17) {
        EXPECT(pread(fd, &word, 4, (off_t)i * PAGE) == 4 && word == 50 + i);
        word = ~i;
        EXPECT(pwrite(fd, &word, 4, (off_t)i * PAGE) == 4 && WORD(shared, i) == word);
    }
    EXPECT(munmap(private, 512 * PAGE) == 0 && munmap(shared, 512 * PAGE) == 0);
    close(fd);
    unlink("/tmp/suite-file");
}

static void shared_between_processes(void)
{
    uint32_t *p = map(1024, MAP_SHARED | MAP_ANONYMOUS, -1);
    pid_t pid = fork();

    if (pid == 0) {
        mark(p, 0, 1024, 4321);
        _exit(0);
    }
    reap(pid);
    verify(p, 0, 1024, 4321);
}

/* Pages thrown away come back as zeros, never as what they were. */
static void thrown_away(void)
{
    uint32_t *p = map(2048, ANONYMOUS, -1);

    for (unsigned round = 0; round < 3; round++) {
        mark(p, 0, 2048, 1);
        EXPECT(madvise(p, 2048 * PAGE, MADV_DONTNEED) == 0);
        for (unsigned i = 0; i < 2048; i++)
            EXPECT(WORD(p, i) == 0, "page %u ", i);
    }
    EXPECT(munmap(p, 2048 * PAGE) == 0);
}

/* Holes punched at random from a seed, against a model of what is mapped. */
static void random_mappings(void)
{
    enum { PAGES = 512 };
    static bool there[PAGES];
    uint32_t *p = map(PAGES, ANONYMOUS, -1), seed = 12345;

    mark(p, 0, PAGES, 0);
    memset(there, true, sizeof(there));
    for (unsigned step = 0; step < 1500; step++) {
        unsigned first, length;
        void *at;

        seed = seed * 1103515245 + 12345;
        first = (seed >> 8) % PAGES;
        length = 1 + (seed >> 20) % 16;
        length = first + length > PAGES ? PAGES - first : length;
        at = &WORD(p, first);
        if (seed & 0x80000000)
            EXPECT(munmap(at, length * PAGE) == 0);
        else
            EXPECT(mmap(at, length * PAGE, RW, ANONYMOUS | MAP_FIXED, -1, 0) == at);
        for (unsigned i = first; i < first + length; i++)
            if ((there[i] = !(seed & 0x80000000)))
                WORD(p, i) = i;
    }
    for (unsigned i = 0; i < PAGES; i++) {
        unsigned char in;

        EXPECT((mincore(&WORD(p, i), PAGE, &in) == 0) == there[i], "page %u ", i);
        EXPECT(!there[i] || WORD(p, i) == i, "page %u ", i);
    }
}

/* No large pages in a domain: the request is refused or served with small ones, never worse. */
static void huge_pages(void)
{
    size_t size = 8u << 20;
    char *p = mmap(NULL, size, RW, ANONYMOUS | MAP_HUGETLB, -1, 0);

    if (p != MAP_FAILED) {
        memset(p, 1, size);
        EXPECT(munmap(p, size) == 0);
    } else {
        EXPECT(errno == ENOMEM || errno == EINVAL || errno == ENOENT);
    }
    p = (char *)map(size / PAGE, ANONYMOUS, -1);
    EXPECT(madvise(p, size, MADV_HUGEPAGE) == 0 || errno == EINVAL);
    memset(p, 2, size);
    for (size_t i = 0; i < size; i += PAGE)
        EXPECT(p[i] == 2);
}

/* Table levels come and go with mappings far apart. */
static void sparse(void)
{
    for (unsigned round = 0; round < 3; round++)
        for (uintptr_t i = 1; i < 60; i++) {
#ifdef __i386__
            void *want = (void *)(0x10000000 + (i << 23));
#else
            void *want = (void *)(0x100000000000 + (i << 39) + (i << 30) + (i << 21));
#endif
            uint32_t *p = mmap(want, PAGE, RW, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

            if (p == MAP_FAILED)
                continue;
            *p = (uint32_t)i;
            EXPECT(*p == i && munmap(p, PAGE) == 0);
        }
}

const struct test memory_tests[] = {
    {"mremap", remap},
    {"mprotect", protect},
    {"write-then-run", write_then_run},
    {"shared-file", shared_file},
    {"shared-between-processes", shared_between_processes},
    {"thrown-away", thrown_away},
    {"random-mappings", random_mappings},
    {"huge-pages", huge_pages},
    {"sparse", sparse},
    {0},
};
