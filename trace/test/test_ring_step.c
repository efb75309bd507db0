/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An event inside an event, at every instruction boundary the emission passes: it is interrupted at one after
 * the other, and the handler emits an event of its own and then does what a trap entry of the hypervisor
 * does. For depth two that event is interrupted likewise.
 *
 * Afterwards every record must be there once and whole, in the order of time, with the counts exact.
 * Proves [emit.restart] [emit.commit] [emit.order] [ring.exact] [ring.guard].
 */
#define _GNU_SOURCE
#include "trace/test/code.h"
#include "trace/test/host.h"
#include "x86/instructions.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS 4

static uint8_t block[BLOCK_BYTES] __attribute__((aligned(BLOCK_BYTES)));
static uint8_t memory[(1 + PACKETS) * TRACE_PACKET_BYTES] __attribute__((aligned(TRACE_PACKET_BYTES)));
#define ring   (*(struct trace_ring *)memory)
#define packet ((uint8_t (*)[TRACE_PACKET_BYTES])memory + 1)

#define NO_EVENT (-1)

/* --- One situation --- */

enum fill { NEVER_USED, MIDDLE, FITS_ONCE, ONE_WORD_SHORT, ONLY_SMALL_FITS, FULL, ALL_FULL, FILLS };

static struct situation {
    enum trace_mode mode;
    enum fill fill;
    unsigned words[3];  /* of the event and of those inside it */
    bool is_stale;      /* the TSC's high half has changed since the packet began */
    bool is_shut;       /* recording was muted for a moment */
    bool is_resumed;    /* records were dropped, then the reader made room */
    int event;          /* the first one is this row of events.def, or NO_EVENT: one of words[0] words */
    bool is_long;       /* its span began more than 2^32 ticks ago */
} now;

static uint64_t fillers;

static uint32_t room_wanted(void)
{
    switch (now.fill) {
    case FITS_ONCE:
        return 8 + now.words[0] * 8;
    case ONE_WORD_SHORT:
        return now.words[0] * 8;
    case ONLY_SMALL_FITS:
        return 16;
    default:
        return 0;
    }
}

static uint32_t room(void)
{
    return TRACE_PACKET_BYTES - (((uint32_t)ring.head - 1) % TRACE_PACKET_BYTES + 1);
}

/* Fills the open packet until `wanted` bytes are left. */
static void fill_to(uint32_t wanted)
{
    do {
        uint32_t left = ring.head ? room() - wanted : 1000;

        emit_test(0, ++fillers, left % 16 && left != 16 ? 2 : 1);
    } while (room() > wanted);
}

static void fill(void *unused)
{
    fillers = 0;
    if (now.fill == NEVER_USED)
        return;
    for (unsigned i = 0; now.fill == ALL_FULL && i < PACKETS - 1; i++) {
        fill_to(0);
        emit_test(0, ++fillers, 1);
    }
    if (now.fill == MIDDLE)
        for (unsigned i = 0; i < 10; i++)
            emit_test(0, ++fillers, 2);
    else
        fill_to(room_wanted());
}

static void drop_some(void *unused)
{
    for (unsigned i = 0; i < 3; i++)
        emit_test(0, ++fillers, 4);
    ring.consumed = 2;
}

static void make_stale(void)
{
    for (unsigned i = 0; i < PACKETS; i++) {
        struct packet_header *h = (void *)packet[i];

        h->begin -= 1ull << 32;
        h->end -= 1ull << 32;
        if (ring.guard[i + 1] != TRACE_GUARD_SHUT)
            ring.guard[i + 1]--;
    }
}

/* --- Interrupting --- */

/*
 * One pass with the trap flag finds the addresses an event passes; then, for one after the other, a
 * breakpoint there interrupts it. (Stepping to each of them would take minutes.)
 */
#define LEVELS        3
#define MAX_ADDRESSES 512

static struct path {
    uint64_t address[MAX_ADDRESSES];
    unsigned count;
} paths[LEVELS];

static uint64_t breakpoints[LEVELS]; /* where the event of each level is interrupted; 0: nowhere */
static bool was_hit[LEVELS];
static unsigned stepped = LEVELS;    /* whose path is being recorded */
static unsigned depth;               /* level of the event that is being emitted */
static uint64_t attempts, counters[LEVELS];
static uint64_t began; /* TSC */

/* With at most one breakpoint armed: that of the innermost event under way. */
static void emit_level(unsigned level)
{
    attempts++;
    depth = level;
    was_hit[level] = false;
    if (breakpoints[level])
        breakpoint_arm(breakpoints[level]);
    if (stepped == level)
        trap_flag(true);
    if (level || now.event == NO_EVENT)
        emit_test(level + 1, ++counters[level], now.words[level]);
    else
        emit_event((unsigned)now.event, now.is_long);
    trap_flag(false);
    if (breakpoints[level] && !was_hit[level])
        breakpoint_disarm(breakpoints[level]);
}

static bool is_inside(uint64_t rip)
{
    return restart_check(rip) != rip;
}

/* The addresses of the code under test; those of this file do not matter. */
static void record(uint64_t rip)
{
    struct path *p = &paths[stepped];

    if (!is_code(rip))
        return;
    for (unsigned i = 0; i < p->count; i++)
        if (p->address[i] == rip)
            return;
    if (p->count == MAX_ADDRESSES)
        abort();
    p->address[p->count++] = rip;
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
    greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    unsigned level = depth;

    if (!breakpoints[level] || (uint64_t)*rip != breakpoints[level] + 1 || was_hit[level]) {
        record((uint64_t)*rip);
        return;
    }
    --*rip;
    breakpoint_disarm(breakpoints[level]);
    was_hit[level] = true;
    emit_level(level + 1);
    depth = level;
    restart_context(context);
}

/* --- Runs --- */

static unsigned runs, inside, failed;
static char first_failure[400];

static void note_failure(const char *what)
{
    if (!failed++)
        snprintf(first_failure, sizeof(first_failure),
                 "%s: mode %d fill %d event %d words %u %u %u stale %d shut %d, at %" PRIx64 " %" PRIx64, what,
                 now.mode, now.fill, now.event, now.words[0], now.words[1], now.words[2], now.is_stale, now.is_shut,
                 breakpoints[0], breakpoints[1]);
}

/* [ring.guard] */
static bool guards_are_right(void)
{
    bool right = ring.guard[PACKETS + 1] == TRACE_GUARD_SHUT;

    for (uint32_t i = 0; i <= PACKETS; i++)
        right &= ring.guard[i] == TRACE_GUARD_SHUT || i == ((uint32_t)ring.head - 1) / TRACE_PACKET_BYTES;
    return right;
}

static void judge(void)
{
    struct reading s = {.not_before = began, .spans_are_long = now.is_long};
    uint64_t end, first = trace_first_packet(&ring, &end), lost = 0;
    const struct packet_header *h = (void *)packet[first % PACKETS];

    if (end)
        lost = s.next_event = h->first_event;
    if (!reading_all(&s, &ring))
        note_failure(s.error);
    else if (s.overwritten)
        note_failure("records lost between packets");
    else if (s.read + lost != trace_written(&ring))
        note_failure("not as many records as written");
    else if (trace_written(&ring) + ring.dropped != attempts + fillers + s.lost)
        note_failure("written and dropped are not what was attempted");
    else if (!guards_are_right())
        note_failure("the guard of another packet is open");
}

static void set_up(void)
{
    static struct situation made_for; /* filling is long: kept and copied */
    static uint8_t made_memory[sizeof(memory)];
    static bool is_made;

    if (memcmp(&made_for, &now, sizeof(now)) || !is_made) {
        memset(memory, 0xee, sizeof(memory));
        trace_ring_init(memory, sizeof(memory));
        block_run(block, fill, NULL);
        ring.mode = now.mode;
        if (ring.head)
            ring.freeze_at = ((struct packet_header *)(memory + (((uint32_t)ring.head - 1) &
                                                                -TRACE_PACKET_BYTES)))->seq + 1;
        if (now.is_stale && ring.head)
            make_stale();
        if (now.is_resumed)
            block_run(block, drop_some, NULL);
        if (now.is_shut) {
            trace_mute(&ring, true);
            ring.muted = false;
        }
        made_for = now;
        is_made = true;
        memcpy(made_memory, memory, sizeof(memory));
    }
    memcpy(memory, made_memory, sizeof(memory));
    attempts = 0;
    began = rdtsc();
    memset(counters, 0, sizeof(counters));
}

static void emit_first(void *unused)
{
    emit_level(0);
}

static void run(uint64_t first, uint64_t second)
{
    set_up();
    breakpoints[0] = first;
    breakpoints[1] = second;
    block_run(block, emit_first, NULL);
    if (stepped < LEVELS)
        return;
    runs++;
    inside += is_inside(first);
    judge();
}

static void find_path(unsigned level, uint64_t first)
{
    paths[level].count = 0;
    stepped = level;
    run(first, 0);
    stepped = LEVELS;
}

static void every_boundary(void)
{
    find_path(0, 0);
    for (unsigned i = 0; i < paths[0].count; i++)
        run(paths[0].address[i], 0);
}

/* The first one inside a restartable sequence. */
static void every_pair(void)
{
    find_path(0, 0);
    for (unsigned i = 0; i < paths[0].count; i++) {
        if (!is_inside(paths[0].address[i]))
            continue;
        find_path(1, paths[0].address[i]);
        for (unsigned j = 0; j < paths[1].count; j++)
            run(paths[0].address[i], paths[1].address[j]);
    }
}

static const unsigned sizes[][3] = {{2, 1, 3}, {1, 4, 2}, {4, 2, 1}, {3, 3, 4}};

static void all_situations(unsigned kinds, void (*body)(void))
{
    for (unsigned mode = TRACE_OVERWRITE; mode <= TRACE_FREEZE; mode++)
        for (unsigned f = 0; f < FILLS; f++)
            for (unsigned k = 0; k < kinds; k++)
                for (unsigned variant = 0; variant < 4; variant++) {
                    memset(&now, 0, sizeof(now));
                    now.event = NO_EVENT;
                    now.mode = mode;
                    now.fill = f;
                    memcpy(now.words, sizes[(k + f) % 4], sizeof(now.words));
                    now.is_stale = variant == 1;
                    now.is_shut = variant == 2;
                    now.is_resumed = variant == 3;
                    if (now.is_resumed && (mode != TRACE_DROP || f != ALL_FULL))
                        continue;
                    body();
                }
}

/* Each event's own sequence; where a packet ends is the same for all. */
static void all_events(void (*body)(void), enum fill last_fill)
{
    for (unsigned e = 0; e < event_count(); e++)
        for (unsigned f = MIDDLE; f <= last_fill; f++)
            for (unsigned is_long = 0; is_long < 2; is_long++) {
                memset(&now, 0, sizeof(now));
                now.event = (int)e;
                now.fill = f;
                now.words[0] = event_words(e);
                now.words[1] = 1 + e % 4;
                now.words[2] = 2;
                now.is_long = is_long;
                body();
            }
}

static void report(const char *depth_name)
{
    char what[100];

    snprintf(what, sizeof(what), "an event inside %s", depth_name);
    printf("# %u runs, %u interrupted a sequence, %u failed%s%s\n", runs, inside, failed, failed ? ": " : "",
           first_failure);
    check(!failed && inside, what);
    runs = inside = failed = 0;
}

/* usage: test_ring_step [one]   one: depth one only */
int main(int argc, char **argv)
{
    struct sigaction a = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};

    code_make_writable();
    block_init(block, &ring);
    if (sigaction(SIGTRAP, &a, NULL))
        abort();
    all_situations(argc > 1 ? 2 : 4, every_boundary);
    report("an event at every boundary, one deep");
    all_events(every_boundary, argc > 1 ? FITS_ONCE : FULL);
    report("each event of events.def at every boundary, one deep");
    if (argc < 2) {
        all_situations(1, every_pair);
        report("an event at every boundary, two deep");
        all_events(every_pair, MIDDLE);
        report("each event of events.def at every boundary, two deep");
    }
    return check_end();
}
