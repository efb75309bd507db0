/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest memory, by guest virtual address in the address space that is loaded now.
 *
 * The only way the hypervisor touches memory a guest points at: each function checks the range against
 * the hypervisor's hole, and a fault becomes -EFAULT. [access.only] No instruction outside access.c
 * dereferences a guest_ptr. All return 0 or -EFAULT; after -EFAULT the destination may be partly written.
 */
#ifndef X86_ACCESS_H
#define X86_ACCESS_H

#include "lib/types.h"

int guest_read(void *dst, guest_ptr src, size_t n) must_check;
int guest_write(guest_ptr dst, const void *src, size_t n) must_check;
int guest_read_pair(void *dst, guest_ptr src) must_check; /* 16 bytes, sooner */
int64_t guest_load32(guest_ptr src) must_check; /* the four bytes there, or -EFAULT */
int guest_write_word(guest_ptr dst, uint64_t word) must_check; /* the same, sooner */

/* An address of 48 bits, extended by its sign: others fault before any table is looked at. */
static inline bool is_canonical(uint64_t va)
{
    return (uint64_t)((int64_t)(va << 16) >> 16) == va;
}

/* True when [p, p + n) neither wraps nor meets the hole. */
bool guest_range_ok(guest_ptr p, size_t n);

/* A whole object, both ways. */
#define guest_get(dst, src) guest_read((dst), (src), sizeof(*(dst)))
#define guest_put(dst, src) guest_write((dst), (src), sizeof(*(src)))

#endif
