/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instruction bytes, from the guest's own address space.
 *
 * [fetch.once] each byte is read once: a guest that rewrites its code meanwhile changes what is
 * decoded, never what was already checked. Most instructions fit in eight bytes, so the first
 * attempt reads that many and the rest only when it turns out to be needed.
 */
#include "pv/fetch.h"

static unsigned room_in_page(uint64_t va)
{
    return PAGE_SIZE - (va & (PAGE_SIZE - 1));
}

/* Extends to the longest instruction, stopping at a page that cannot be read. */
static void fetch_rest(struct fetched *f, uint64_t rip)
{
    while (f->have < INSTRUCTION_MAX) {
        unsigned n = MIN(INSTRUCTION_MAX - f->have, room_in_page(rip + f->have));

        if (guest_read(f->bytes + f->have, GPTR(rip + f->have), n))
            return;
        f->have += n;
    }
}

enum decode_result fetch_decode(struct fetched *f, const struct regs *r, struct instruction *in)
{
    enum decode_result rc = decode(f->bytes, f->have, r, in);

    if (rc != DECODE_SHORT || f->have == 0)
        return rc;
    fetch_rest(f, r->rip);
    return decode(f->bytes, f->have, r, in);
}
