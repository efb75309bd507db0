/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader that is overtaken: at every instruction of its reading, and again in the midst of each loop, it is stopped
 * while the writer writes on, by as little as one record and as much as the ring twice over. A packet must then be
 * read as it was, or be said to be gone, and is gone only when it is; the number of records written must be one
 * that was true meanwhile.
 * Proves [packet.seq]. The same by chance, with a writer that does not stop: test_ring_stress.c.
 */
#define _GNU_SOURCE
#include "trace/test/code.h"
#include "trace/test/host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define PACKETS       4
#define MAX_ADDRESSES 512
#define TRAP_FLAG     0x100
#define MIDST         30 /* times round a loop: a packet's header is copied by then, and little of the rest */

static uint8_t block[BLOCK_BYTES] __attribute__((aligned(BLOCK_BYTES)));
static uint8_t memory[(1 + PACKETS) * TRACE_PACKET_BYTES] __attribute__((aligned(TRACE_PACKET_BYTES)));
#define ring (*(struct trace_ring *)memory)

/* --- The writer --- */

static uint64_t counter;

static void write_records(void *number)
{
    for (unsigned n = *(unsigned *)number; n; n--) {
        counter++;
        emit_test(0, counter, 1 + counter % 4);
    }
}

/* Some begin another packet, and some leave the newest one open in the middle. */
static const unsigned bursts[] = {1, 300, 600, 2400, 3000, 5000};

/* --- What is stopped --- */

enum call { READ_OLDEST, READ_CLOSED, READ_OPEN, WRITTEN, CALLS };

static uint64_t packet[TRACE_PACKET_BYTES / 8], before[TRACE_PACKET_BYTES / 8];

static uint64_t packet_of_call(enum call call)
{
    uint64_t end, first = trace_first_packet(&ring, &end);

    return call == READ_OLDEST ? first : call == READ_CLOSED ? end - 2 : end - 1;
}

static uint64_t make_call(enum call call, uint64_t seq, void *to)
{
    return call == WRITTEN ? trace_written(&ring) : trace_read(&ring, seq, true, to);
}

/* --- Stopping: at the `stop_hit`-th time that it comes by `stop_at`, or stepping, to find where it comes by --- */

static uint64_t stop_at;
static unsigned stop_hit, hits, burst;
static bool is_stepped;

static struct place {
    uint64_t address;
    unsigned times;
} places[MAX_ADDRESSES];
static unsigned place_count;

static void note_place(uint64_t rip)
{
    unsigned i = 0;

    if (!is_code(rip))
        return;
    while (i < place_count && places[i].address != rip)
        i++;
    if (i == MAX_ADDRESSES)
        abort();
    place_count = MAX(place_count, i + 1);
    places[i].address = rip;
    places[i].times++;
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
    greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

    if (is_stepped) {
        note_place((uint64_t)regs[REG_RIP]);
    } else if ((uint64_t)regs[REG_RIP] == stop_at + 1 && !(regs[REG_EFL] & TRAP_FLAG)) {
        regs[REG_RIP]--;
        breakpoint_disarm(stop_at);
        if (++hits == stop_hit)
            block_run(block, write_records, &burst);
        else
            regs[REG_EFL] |= TRAP_FLAG; /* past this instruction, then armed again */
    } else {
        regs[REG_EFL] &= ~TRAP_FLAG;
        breakpoint_arm(stop_at);
    }
}

static void find_places(enum call call)
{
    memset(places, 0, sizeof(places));
    place_count = 0;
    is_stepped = true;
    trap_flag(true);
    make_call(call, packet_of_call(call), packet);
    trap_flag(false);
    is_stepped = false;
}

/* --- Runs --- */

static unsigned runs, gone, failed;
static char first_failure[300];

static void note_failure(const char *what, enum call call)
{
    if (!failed++)
        snprintf(first_failure, sizeof(first_failure), "%s: call %d, %u records at the %u. time of %lx", what, call,
                 burst, stop_hit, (unsigned long)stop_at);
}

static void check_packet(enum call call, uint64_t seq, uint32_t bytes, uint32_t bytes_before)
{
    const struct packet_header *h = (const void *)packet;
    struct reading s = {.next_event = h->first_event};
    uint64_t end;

    if (bytes == TRACE_GONE) {
        gone++;
        if (seq >= trace_first_packet(&ring, &end))
            note_failure("called gone and still there", call);
    } else if (bytes == TRACE_NOT_YET || h->seq != seq || bytes < bytes_before)
        note_failure("not the packet asked for", call);
    else if (call != READ_OPEN && memcmp(packet, before, bytes_before))
        note_failure("not the packet that was there", call);
    else if (!reading_packet(&s, (uint8_t *)packet, bytes))
        note_failure(s.error, call);
}

static void run(enum call call, uint64_t address, unsigned hit)
{
    uint64_t seq = packet_of_call(call), said_before = make_call(call, seq, before), said;

    stop_at = address;
    stop_hit = hit;
    hits = 0;
    breakpoint_arm(address);
    said = make_call(call, seq, packet);
    if (hits < hit)
        breakpoint_disarm(address);
    else
        runs++;
    if (call != WRITTEN)
        check_packet(call, seq, (uint32_t)said, (uint32_t)said_before);
    else if (said < said_before || said > trace_written(&ring))
        note_failure("a number of records that never was", call);
}

static void every_place(enum call call)
{
    find_places(call);
    for (unsigned b = 0; b < ARRAY_SIZE(bursts); b++) {
        burst = bursts[b];
        for (unsigned i = 0; i < place_count; i++) {
            run(call, places[i].address, 1);
            if (places[i].times >= MIDST)
                run(call, places[i].address, MIDST);
        }
    }
}

int main(void)
{
    struct sigaction a = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};

    code_make_writable();
    trace_ring_init(memory, sizeof(memory));
    block_init(block, &ring);
    if (sigaction(SIGTRAP, &a, NULL))
        abort();
    burst = 6000;
    block_run(block, write_records, &burst);
    for (enum call call = 0; call < CALLS; call++)
        every_place(call);
    printf("# %u runs, %u found the packet gone, %u failed%s%s\n", runs, gone, failed, failed ? ": " : "",
           first_failure);
    check(!failed && gone > 50 && runs > gone + 50, "a reader that is overtaken at every instruction");
    return check_end();
}
