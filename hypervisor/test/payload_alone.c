/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The payload code as the hypervisor has it, with no C library, run as a Linux program: proves that
 * archive_shim.h lists everything the decoders need, and measures their stack.
 *
 * usage: payload_alone BZIMAGE    prints "span, stack, sum" of the loaded kernel; exit status 0 if
 * it opened
 *
 * FS is archive_fs_block, SSE is Linux's, the stack is an array that begins as a pattern.
 */
#include <asm/prctl.h>
#include <asm/unistd.h>
#include <linux/mman.h>

#include "core/archive_shim.h"
#include "core/payload.h"
#include "lib/bug.h"
#include "lib/format.h"
#include "lib/string.h"

enum { FILE_MAX = 64 << 20, POOL_SIZE = 512 << 20, STACK_SIZE = 65536, PATTERN = 0x5a };

void alone_main(long *stack_top);

static uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));
static uint8_t *pool;

static long call(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = -1;
    register long r9 __asm__("r9") = 0;
    long rc;

    __asm__ volatile("syscall"
                     : "=a"(rc)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return rc;
}

__attribute__((format(printf, 2, 3))) static void leave(int status, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = format_va(text, sizeof(text), fmt, ap);
    va_end(ap);
    call(__NR_write, status ? 2 : 1, (long)text, MIN(n, (int)sizeof(text) - 1), 0);
    call(__NR_exit_group, status, 0, 0, 0);
}

void panic(const char *fmt, ...)
{
    for (;;)
        leave(3, "panic: %s\n", fmt);
}

/* Boot memory in its simplest form: pages off a pool, never reused. */
static void *pool_alloc(void *context, size_t size)
{
    static size_t used;
    size_t at = used;

    if (size > POOL_SIZE - used)
        return NULL;
    used += ROUND_UP(size, PAGE_SIZE);
    return pool + at;
}

static void pool_free(void *context, void *at, size_t size)
{
}

static void *map(size_t size)
{
    return (void *)call(__NR_mmap, 0, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
}

static size_t read_file(const char *path, uint8_t *to)
{
    long fd = call(__NR_open, (long)path, 0, 0, 0), n = 1;
    size_t size = 0;

    for (; fd >= 0 && n > 0; size += n > 0 ? n : 0)
        n = call(__NR_read, fd, (long)to + size, FILE_MAX - size, 0);
    return size;
}

static size_t stack_used(void)
{
    size_t i = 0;

    while (i < STACK_SIZE && stack[i] == PATTERN)
        i++;
    return STACK_SIZE - i;
}

static void run(const char *path)
{
    static const struct payload_memory memory = {pool_alloc, pool_free, NULL};
    static struct payload p;
    uint8_t *file = map(FILE_MAX), *window;
    uint64_t sum = 0, span;

    pool = map(POOL_SIZE);
    if (payload_open(&p, file, read_file(path, file), &memory))
        leave(1, "%s\n", p.error);
    span = p.kernel_end - p.kernel_start;
    window = map(span);
    payload_load(&p, window);
    for (uint64_t i = 0; i < span; i += 8)
        sum = sum * 31 + *(uint64_t *)(window + i);
    leave(0, "span %lu stack %lu sum %lx\n", span, (unsigned long)stack_used(), sum);
}

/* argc, then argv, lie at the stack Linux gave us. */
void alone_main(long *stack_top)
{
    const char *path = stack_top[0] > 1 ? (const char *)stack_top[2] : "";

    memset(stack, PATTERN, sizeof(stack));
    call(__NR_arch_prctl, ARCH_SET_FS, (long)archive_fs_block, 0, 0);
    __asm__ volatile("mov %0, %%rsp; xor %%ebp, %%ebp; call *%1; ud2"
                     :
                     : "r"(stack + STACK_SIZE), "r"(run), "D"(path)
                     : "memory");
    __builtin_unreachable();
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call alone_main\n");
