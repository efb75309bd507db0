/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies in a ring and in a file made of rings; shared by the hypervisor and the tools.
 *
 * The memory of a ring begins with struct trace_ring and its guards; sub-buffers follow. A sub-buffer is a
 * packet of CTF 1.8: a header, records, and room that is not used. Packet number s of a CPU lies in
 * sub-buffer s modulo their number, at `first` + that * TRACE_PACKET_BYTES from the ring's beginning.
 *
 *      ┌ struct trace_ring, guards ┐┌──────────── 16 KiB ────────────┐┌──
 *      │ head …  │ guard[] │       ││ header 96 │ record │ record │ … ││ header …
 *      └───────────────────────────┘└────────────────────────────────┘└──
 *       record:  time 4 │ event 2 │ words 1 │ flags 1 │ payload, 8 bytes each word
 *
 * `time` is the low half of the TSC; its high half is that of the packet's `begin`. [ring.high]
 *
 * A file is a file_header, the schema's text (schema_bytes, a multiple of 8), then sections, then a file_end.
 * Each section begins with a magic of eight letters:
 *
 *      FILE_RING    a file_ring followed by `packets` packets, oldest first, each cut to its content. A CPU
 *                   may have several (a live recording writes what it has now and then): those of one CPU and
 *                   source are, in the file's order, one ring, and the last one's counts are the ring's
 *      others       a file_section with its length: a reader skips those it does not know
 *
 * In memory a struct trace_descriptor says where all of that is. It is found by its magic at the beginning
 * of a page of RAM, and is valid when `address` is where it lies and `checksum` fits. A ring is contiguous in
 * physical memory. Only `head` says what is committed: the newest packet is the one that holds byte `head` - 1,
 * and its content ends there, whatever its header says; older packets are closed. Numbers are little-endian.
 */
#ifndef TRACE_RING_H
#define TRACE_RING_H

/* Also read by emit.S. */
#define TRACE_PACKET_BYTES 0x4000
#define TRACE_HEADER_BYTES 96

/* Offsets in struct trace_ring and of `trace` in struct cpu. */
#define TRACE_RING_HEAD  0
#define TRACE_RING_GUARD 128
#define CPU_TRACE        56

#define TRACE_PACKET_SHIFT 14
#define TRACE_GUARD_SHUT   0xffffffff

/* TRACE_MMU, TRACE_TRAP and TRACE_EVENT, for straight.S. */
#define TRACE_MMU_BIT   2
#define TRACE_TRAP_BIT  4
#define TRACE_EVENT_BIT 16

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#define TRACE_PACKET_MAGIC 0xc1fc1fc1u
#define TRACE_FLAG_SPAN    1 /* in a record's flags */
#define TRACE_EVENT_LOST   0x070c /* the one event the ring writes itself, as the first of a packet (events.def) */

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

/*
 * One CPU's ring. Written only by its CPU, except `mode`, `freeze_at`, `consumed`, `muted` and, to shut it,
 * the guard. Aligned to a packet, so that offsets and addresses have their packets' borders in common.
 *
 * [ring.guard] guard[n] is about bytes n << TRACE_PACKET_SHIFT of the ring: the TSC's high half while the
 *              packet there is the one being filled, TRACE_GUARD_SHUT otherwise. So one comparison tells an
 *              emission that its record fits, that the time can be said, and that records are wanted. One
 *              more, always shut, is about what is behind the ring
 */
struct trace_ring {
    uint64_t head;      /* records written (low 32 bits) << 32 | offset of the next byte, 0: none yet */
    uint64_t dropped;
    uint64_t bytes;     /* of the ring, this included */
    uint32_t first;     /* offset of the first sub-buffer */
    uint32_t packets;   /* sub-buffers */
    uint32_t mode;      /* enum trace_mode */
    uint32_t muted;     /* the domain that runs is not to be recorded */
    uint64_t freeze_at; /* TRACE_FREEZE: number of the first packet that is not begun */
    uint64_t consumed;  /* TRACE_DROP: packets read, as the reader says; believed only within reason */
    uint32_t cpu;
    uint16_t domain, vcpu; /* who runs */
    uint32_t boot_id;
    uint32_t reserved;
    uint8_t uuid[16];
    uint64_t copy;         /* physical address of a ring that holds what was newest in this one when a domain last
                            * crashed; 0: none has */
    uint64_t histograms;   /* physical address of struct trace_histograms (histogram.h); 0: there are none */
    uint64_t reserved2[3];
    uint32_t guard[];
};

#define FILE_MAGIC     "VANTRACE"
#define FILE_RING      "VANTRING"
#define FILE_MEMORY    "VANTMEM."
#define FILE_END       "VANTEND."
#define FILE_VERSION   2

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
    uint32_t cpu;
    uint16_t mode;
    uint16_t source;    /* 0: the hypervisor; n: the n-th guest whose own trace was merged in */
    uint64_t attempted; /* records since boot: written + dropped */
    uint64_t dropped;
    uint64_t packets;   /* that follow */
    uint64_t before;    /* records written before the recording began: not wanted, and so not lost */
};

struct file_section {
    char magic[8];
    uint64_t bytes; /* of the section, this included; a multiple of 8 */
};

struct file_end {
    char magic[8];
    uint64_t bytes; /* of the file, this included */
};

/* In front of a file's header: a piece of memory as a boot before this one left it. The piece with that boot's
 * trace_descriptor is first; its schema and rings follow. */
struct file_memory {
    char magic[8];
    uint64_t bytes;   /* of the piece, this included; a multiple of 8 */
    uint64_t address; /* physical */
};

#define TRACE_DESCRIPTOR_MAGIC   "Vantage trace is described here\n" /* without its 0 */
#define TRACE_DESCRIPTOR_VERSION 2
#define TRACE_DESCRIPTOR_CPUS    32

struct trace_descriptor {
    char magic[32];
    uint32_t version, bytes; /* `bytes`: of this structure, those the checksum covers */
    uint64_t address;        /* physical, of this page */
    uint64_t checksum;       /* FNV-1a, 64 bits, over `bytes` bytes with this field 0 */
    uint64_t boot;           /* 1, or one more than that of the boot whose rings are in memory besides */
    struct file_header header; /* what a file would begin with */
    uint64_t schema;         /* physical address of its text */
    uint64_t ring_bytes;     /* of each ring */
    uint64_t ring[TRACE_DESCRIPTOR_CPUS]; /* physical, of struct trace_ring; 0: this CPU has none */
};

_Static_assert(offsetof(struct trace_ring, head) == TRACE_RING_HEAD, "emit.h");
_Static_assert(offsetof(struct trace_ring, guard) == TRACE_RING_GUARD, "emit.h");
_Static_assert(sizeof(struct packet_header) == TRACE_HEADER_BYTES, "the header of a packet");
_Static_assert(sizeof(struct record_head) == 8, "the head of a record");

#endif
#endif
