/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What the BPF programs put into their ring: a head, and the payload of an event of guest.def. */
#ifndef BPF_RECORD_H
#define BPF_RECORD_H

#include "trace/each.h"

struct guest_head {
    u64 ns;    /* CLOCK_MONOTONIC; of a span: its end */
    u32 cpu;
    u16 event;
    u16 bytes; /* of the payload */
};

#define GUEST_FIELD(type, name, unit, meaning) type name;
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    enum { GUEST_##name = number };                                                                \
    struct guest_##name {                                                                          \
        EACH(GUEST_FIELD, __VA_ARGS__)                                                             \
    };
#include "trace/bpf/guest.def"
#undef EVENT

#endif
