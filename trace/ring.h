/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies in a ring and in a file made of rings; shared by the hypervisor and the tools.
 *
 * A ring is a power of two of sub-buffers. A sub-buffer is a packet of CTF 1.8: a header, records, and
 * room that is not used. Packet number s of a CPU lies in sub-buffer s modulo their number.
 *
 *      ┌──────────── 16 KiB ────────────┐┌──
 *      │ header 96 │ record │ record │ … ││ header …
 *      └────────────────────────────────┘└──
 *       record:  time 4 │ event 2 │ words 1 │ flags 1 │ payload, 8 bytes each word
 *
 * `time` is the low half of the TSC; its high half is that of the packet's `begin`. [ring.high]
 *
 * A file (written through the debug port) is a file_header, the schema's text, and for each CPU a
 * file_ring followed by its packets, oldest first, each cut to its content; then file_end. Numbers are
 * little-endian.
 */
#ifndef TRACE_RING_H
#define TRACE_RING_H

/* Also read by emit.S. */
#define TRACE_PACKET_BYTES 0x4000
#define TRACE_HEADER_BYTES 96
#define TRACE_PACKET_HIGH  28 /* offset of the high half of `begin` in a packet's header */

/* Offsets in struct trace_ring and of `trace` in struct cpu. */
#define TRACE_RING_HEAD 0
#define TRACE_RING_BASE 8
#define CPU_TRACE       56

/* TRACE_TRAP, for entry.S. */
#define TRACE_TRAP_BIT  4

#ifndef __ASSEMBLER__

#include <stdint.h>

#define TRACE_PACKET_MAGIC 0xc1fc1fc1u
#define TRACE_FLAG_SPAN    1 /* in a record's flags */

enum trace_class { /* bits of the mask of what is recorded */
    TRACE_HYPERCALL = 1 << 0,
    TRACE_MMU = 1 << 1,
    TRACE_TRAP = 1 << 2,
    TRACE_SCHED = 1 << 3,
    TRACE_EVENT = 1 << 4,
    TRACE_IRQ = 1 << 5,
    TRACE_DOMAIN = 1 << 6,
    TRACE_GUEST = 1 << 7,
    TRACE_ALWAYS = 0xff, /* recorded when anything is */
};

enum trace_kind { TRACE_INSTANT, TRACE_SPAN };

enum trace_mode {
    TRACE_OVERWRITE, /* the newest records are kept: a flight recorder */
    TRACE_DROP,      /* records are dropped while the next sub-buffer has not been read */
    TRACE_FREEZE,    /* records are dropped from packet `freeze_at` on */
};

struct packet_header {
    uint32_t magic;
    uint8_t uuid[16];        /* hash of the schema */
    uint32_t stream_id;      /* 0 */
    uint64_t begin;          /* TSC */
    uint64_t end;            /* TSC; what an open packet says here and in the next line means nothing */
    uint64_t content_bits;
    uint64_t packet_bits;
    uint64_t seq;            /* of this CPU, from 0 */
    uint64_t discarded;      /* records of this CPU dropped before this packet */
    uint64_t first_event;    /* records of this CPU written before this packet */
    uint32_t cpu;
    uint16_t domain, vcpu;   /* who runs at `begin` */
    uint32_t mode;
    uint32_t boot_id;
};

struct record_head {
    uint32_t time;
    uint16_t event;
    uint8_t words; /* of the payload, this head included */
    uint8_t flags;
};

/* One CPU's ring. Written only by its CPU, except `mode`, `freeze_at` and what `consumed` points to. */
struct trace_ring {
    uint64_t head;      /* records written (low 32 bits) << 32 | offset of the next byte, 0: none yet */
    uint8_t *base;
    uint64_t dropped;
    uint32_t packets;   /* a power of two */
    uint32_t mode;      /* enum trace_mode */
    uint64_t freeze_at; /* TRACE_FREEZE: number of the first packet that is not begun */
    const uint64_t *consumed; /* TRACE_DROP: packets read; the reader's word, believed only within reason */
    uint32_t cpu;
    uint16_t domain, vcpu; /* who runs */
    uint32_t boot_id;
    uint8_t uuid[16];
};

#define FILE_MAGIC     "VANTRACE"
#define FILE_RING      "VANTRING"
#define FILE_END       "VANTEND."
#define FILE_VERSION   1

struct file_header {
    char magic[8];
    uint32_t version, cpus;
    uint64_t tsc_hz;
    uint64_t tsc_at_boot;  /* TSC when system time was 0 */
    uint64_t wall_at_boot; /* ns since 1970 then */
    uint32_t boot_id, mask;
    uint32_t schema_bytes, reserved;
};

struct file_ring {
    char magic[8];
    uint32_t cpu, mode;
    uint64_t attempted; /* records since boot: written + dropped */
    uint64_t dropped;
    uint64_t packets;   /* that follow */
};

struct file_end {
    char magic[8];
    uint64_t bytes; /* of the file, this included */
};

_Static_assert(sizeof(struct packet_header) == TRACE_HEADER_BYTES, "the header of a packet");
_Static_assert(sizeof(struct record_head) == 8, "the head of a record");

#endif
#endif
