/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How BPF programs leave a record: reserve, fill, submit; what finds no room is counted, by CPU. */
#ifndef BPF_EMIT_H
#define BPF_EMIT_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "trace/bpf/record.h"

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 22);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u64);
} lost SEC(".maps");

static __always_inline void count_lost(void)
{
    u32 zero = 0;
    u64 *n = bpf_map_lookup_elem(&lost, &zero);

    if (n)
        __sync_fetch_and_add(n, 1);
}

#define EMIT(at_ns, name, ...)                                                                     \
    do {                                                                                           \
        struct {                                                                                   \
            struct guest_head head;                                                                \
            struct guest_##name payload;                                                           \
        } *r_ = bpf_ringbuf_reserve(&ring, sizeof(*r_), 0);                                        \
        if (r_) {                                                                                  \
            r_->head = (struct guest_head){at_ns, bpf_get_smp_processor_id(), GUEST_##name,        \
                                           sizeof(r_->payload)};                                   \
            r_->payload = (struct guest_##name){__VA_ARGS__};                                      \
            bpf_ringbuf_submit(r_, BPF_RB_NO_WAKEUP);                                              \
        } else {                                                                                   \
            count_lost();                                                                          \
        }                                                                                          \
    } while (0)

#endif
