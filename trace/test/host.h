/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring's very objects on the host: a sequence finds its ring from rsp, so the code under test runs on a stack
 * block like the hypervisor's, and what interrupts it is a signal whose handler does what the hypervisor's
 * trap entry does.
 */
#ifndef TRACE_TEST_HOST_H
#define TRACE_TEST_HOST_H

#include "ci/tap.h"
#include "trace/emit.h"
#include "trace/test/emissions.h"
#include "x86/restart.h"

#define BLOCK_BYTES 65536

/* Makes this ring the one that code on the block writes to. */
void block_init(uint8_t *block, struct trace_ring *r);

/* Calls function(argument) on the block's stack. */
void block_run(uint8_t *block, void (*function)(void *), void *argument);

/* What a trap entry does with the rip it interrupted; `context` is a signal handler's third argument.
 * Returns whether a sequence begins again. */
bool restart_context(void *context);

/* --- What readers see --- */

struct reading {
    uint64_t read, overwritten, next_event; /* records */
    uint64_t last_time;
    uint64_t not_before; /* no record of a writer but 0 is older than this */
    uint64_t last_of[16]; /* the counter of each writer, from the low bits of word 1 */
    uint64_t torn;        /* packets overwritten while they were copied */
    uint64_t lost, lost_records; /* records that say so, and what they say */
    bool spans_are_long;  /* those of emit_event() */
    char error[160];      /* the first thing that was wrong */
};

/* Checks and counts a packet that trace_read() gave. False once something was wrong. */
bool reading_packet(struct reading *s, const uint8_t *packet, uint32_t bytes);

/* Reads what the ring holds now, the open packet included. */
bool reading_all(struct reading *s, const struct trace_ring *r);

#endif
