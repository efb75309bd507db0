/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies between the hypervisor and guest memory. The copy instructions here are the only ones in
 * the fault-fix table. [access.only]
 */
#include "x86/access.h"
#include "lib/errno.h"
#include "x86/fixup.h"
#include "x86/layout.h"
#include "x86/x86.h"

bool guest_range_ok(guest_ptr p, size_t n)
{
    uint64_t last = p.va + (n ? n - 1 : 0);

    if (last < p.va)
        return false;
    return last < 1ull << 47 || p.va >= HOLE_END;
}

/* Bytes not copied. */
static inline size_t copy_bytes(void *dst, const void *src, size_t n)
{
    __asm__ volatile("1: rep movsb\n2:" FIXUP(1b, 2b) : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
    return n;
}

/* 0, or nonzero when one of the words faulted. Most structures of the ABI are a few words long. */
static inline size_t copy_words(void *dst, const void *src, size_t n)
{
    size_t words = n / 8;

    __asm__ volatile("1: rep movsq\n2:" FIXUP(1b, 2b)
                     : "+D"(dst), "+S"(src), "+c"(words)
                     :
                     : "memory");
    return words ? words : n % 8 ? copy_bytes(dst, src, n % 8) : 0;
}

int guest_read(void *dst, guest_ptr src, size_t n)
{
    if (!guest_range_ok(src, n) || copy_words(dst, (const void *)src.va, n))
        return -EFAULT;
    return 0;
}

int guest_read_pair(void *dst, guest_ptr src)
{
    const uint64_t *from = (const uint64_t *)src.va;
    uint64_t one, two;
    int rc = -EFAULT;

    if (likely(guest_range_ok(src, 16)))
        __asm__ volatile("1: mov %[first], %[one]\n2: mov %[second], %[two]\n"
                         " mov %[one], (%[dst])\n mov %[two], 8(%[dst])\n xor %[rc], %[rc]\n3:" FIXUP(1b, 3b)
                         FIXUP(2b, 3b)
                         : [rc] "+r"(rc), [one] "=&r"(one), [two] "=&r"(two)
                         : [dst] "r"(dst), [first] "m"(from[0]), [second] "m"(from[1])
                         : "cc", "memory");
    return rc;
}

int64_t guest_load32(guest_ptr src)
{
    int64_t word = -EFAULT;

    if (likely(guest_range_ok(src, sizeof(uint32_t))))
        __asm__ volatile("1: mov %[from], %k[word]\n2:" FIXUP(1b, 2b)
                         : [word] "+r"(word)
                         : [from] "m"(*(const uint32_t *)src.va));
    return word;
}

/* A flush that waits for the guest does not wait for our own stores: through a translation that is gone
 * from the tables they could reach a frame that has become a page table. [tlb.deferred] */
static inline void flush_pending(void)
{
    struct cpu *c = this_cpu();

    if (unlikely(c->flush_tlb)) {
        c->flush_tlb = false;
        write_cr3(c->cr3);
    }
}

void tlb_flush_here(void)
{
    flush_pending();
}

int guest_write(guest_ptr dst, const void *src, size_t n)
{
    flush_pending();
    if (!guest_range_ok(dst, n) || copy_words((void *)dst.va, src, n))
        return -EFAULT;
    return 0;
}

int guest_write_word(guest_ptr dst, uint64_t word)
{
    int rc = -EFAULT;

    flush_pending();
    if (likely(guest_range_ok(dst, sizeof(word))))
        __asm__ volatile("1: mov %[word], %[to]\n xor %[rc], %[rc]\n2:" FIXUP(1b, 2b)
                         : [rc] "+r"(rc), [to] "=m"(*(uint64_t *)dst.va)
                         : [word] "r"(word)
                         : "cc");
    return rc;
}
