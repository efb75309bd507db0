/* SPDX-License-Identifier: BSD-2-Clause */
/* Instruction bytes of the guest; for the emulation files only. */
#ifndef PV_FETCH_H
#define PV_FETCH_H

#include "pv/decode.h"
#include "x86/access.h"

#define FETCH_FIRST 8

/* What has been read of the instruction at rip so far. */
struct fetched {
    union {
        uint64_t head; /* the first eight bytes, the first one lowest */
        uint8_t bytes[16];
    };
    unsigned have;
};

/* Reads the first FETCH_FIRST bytes, or as many as the page holds; have is 0 when it cannot be
 * read. */
static inline void fetch_first(struct fetched *f, uint64_t rip)
{
    unsigned room = PAGE_SIZE - (rip & (PAGE_SIZE - 1));

    f->have = likely(room >= FETCH_FIRST) ? FETCH_FIRST : room;
    if (guest_read(f->bytes, GPTR(rip), f->have))
        f->have = 0;
}

/* Takes apart what fetch_first() read, reading more if it takes more. */
enum decode_result fetch_decode(struct fetched *f, const struct regs *r, struct instruction *in);

#endif
