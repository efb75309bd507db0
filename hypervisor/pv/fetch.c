/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instruction bytes, from the guest's own address space.
 *
 * Each byte is read once [fetch.once]: a guest that rewrites its code meanwhile changes what is decoded,
 * never what was already checked. Most instructions fit in eight bytes, so the first attempt reads
 * that many and the rest only when they turn out to be needed.
 */
#include "pv/emulate.h"

#define FIRST_FETCH 8u

static unsigned room_in_page(uint64_t va)
{
    return PAGE_SIZE - (va & (PAGE_SIZE - 1));
}

/* Extends bytes[0..have) to at most `want`, stopping at a page that cannot be read. */
static unsigned fetch(uint8_t *bytes, uint64_t rip, unsigned have, unsigned want)
{
    while (have < want) {
        unsigned n = MIN(want - have, room_in_page(rip + have));

        if (guest_read(bytes + have, GPTR(rip + have), n))
            break;
        have += n;
    }
    return have;
}

enum decode_result decode_at_rip(const struct regs *r, struct instruction *in)
{
    uint8_t bytes[INSTRUCTION_MAX + 1];
    unsigned first = MIN(FIRST_FETCH, room_in_page(r->rip));
    unsigned have = fetch(bytes, r->rip, 0, first);
    enum decode_result rc = decode(bytes, have, r, in);

    if (rc != DECODE_SHORT || have < first)
        return rc;
    have = fetch(bytes, r->rip, have, INSTRUCTION_MAX);
    return decode(bytes, have, r, in);
}
