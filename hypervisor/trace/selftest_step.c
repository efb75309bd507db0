/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An event inside an event, at every instruction boundary an emission passes, in the hypervisor itself: the trap
 * flag interrupts after each instruction, by the real #DB entry; at the boundary in turn the handler emits an
 * event of its own and returns by the way every trap returns. For depth two that event is interrupted likewise.
 *
 * Afterwards every record must be there once and whole, in the order of time, with the counts exact.
 * Proves [emit.restart] [emit.commit] [emit.order] [ring.exact] [restart.entry] where they have to hold. The same
 * on the host, with more situations: trace/test/test_ring_step.c.
 */
#include "lib/bug.h"
#include "lib/string.h"
#include "trace/rings.h"
#include "trace/selftest.h"
#include "x86/restart.h"
#include "x86/trap.h"

#define LEVELS     3
#define EVENT_TEST 0xff00 /* + words; no event of ours */
#define RING_BYTES TRACE_SELFTEST_RING_BYTES

enum fill { NEVER_USED, MIDDLE, FITS_ONCE, ONE_WORD_SHORT, ONLY_SMALL_FITS, FULL, ALL_FULL, FILLS };

static const unsigned words[LEVELS] = {2, 1, 3}; /* of the event and of those inside it */

static struct trace_ring *ring;
static void *made; /* the ring as it was when it had been filled */

/* One run. */
static unsigned stop_at[LEVELS]; /* the boundary at which the event of a level is interrupted; 0: nowhere */
static unsigned passed[LEVELS];  /* boundaries so far */
static bool was_inside;          /* the boundary chosen at level 0 lies in a restartable sequence */
static unsigned depth;
static uint64_t attempts, counters[LEVELS + 1];

/* --- Records: each word is its writer and that writer's counter --- */

static void emit(unsigned writer, unsigned n)
{
    uint64_t w = (uint64_t)writer << 56 | ++counters[writer], all[4] = {w, w, w, w};

    attempts++;
    if (n == 1)
        trace_emit(RECORD_HEAD(EVENT_TEST + 1, 1, 0), 1, all);
    else if (n == 2)
        trace_emit(RECORD_HEAD(EVENT_TEST + 2, 2, 0), 2, all);
    else
        trace_emit(RECORD_HEAD(EVENT_TEST + 3, 3, 0), 3, all);
}

struct reading {
    uint64_t records, time, last[LEVELS + 1];
    bool wrong;
};

static void read_record(struct reading *s, const struct packet_header *p, const struct record_head *h)
{
    const uint64_t *w = (const uint64_t *)(h + 1);
    unsigned n = h->event - EVENT_TEST, writer = MIN((unsigned)(w[0] >> 56), LEVELS);
    uint64_t time = (p->begin & ~0xffffffffull) | h->time, counter = w[0] & 0xffffffffffffffull;

    s->wrong |= n < 1 || n > 3 || h->words != n + 1 || w[0] >> 56 > LEVELS || time < s->time;
    for (unsigned i = 1; i < n && !s->wrong; i++)
        s->wrong |= w[i] != w[0];
    s->wrong |= s->last[writer] && counter != s->last[writer] + 1;
    s->last[writer] = counter;
    s->time = time;
    s->records++;
}

static void read_packet(struct reading *s, const struct packet_header *p, uint32_t bytes)
{
    uint32_t at = TRACE_HEADER_BYTES;

    while (at + 16 <= bytes && !s->wrong) {
        const struct record_head *h = (const void *)((const char *)p + at);

        read_record(s, p, h);
        at += MAX(h->words, 1) * 8;
    }
    s->wrong |= at != bytes;
}

/* Is all there that should be? The newest of every writer must be, whatever was overwritten. */
static bool ring_is_right(void)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    const struct packet_header *p = (const void *)packet;
    uint64_t end, seq = trace_first_packet(ring, &end), first = 0;
    struct reading s = {0};

    for (uint64_t i = seq; i < end && !s.wrong; i++) {
        uint32_t bytes = trace_read(ring, i, true, packet);

        s.wrong |= bytes <= TRACE_GONE;
        if (s.wrong)
            break;
        first = i == seq ? p->first_event : first;
        s.wrong |= p->first_event != first + s.records;
        read_packet(&s, p, bytes);
    }
    for (unsigned i = 1; i <= LEVELS; i++)
        s.wrong |= !ring->dropped && s.last[i] != counters[i];
    return !s.wrong && first + s.records == trace_written(ring) && trace_written(ring) + ring->dropped == attempts;
}

/* --- Interrupting --- */

static inline __attribute__((always_inline)) void trap_flag(bool on)
{
    if (on)
        __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq" : : : "memory", "cc");
    else
        __asm__ volatile("pushfq; andl $~0x100, (%%rsp); popfq" : : : "memory", "cc");
}

static void emit_stepped(unsigned level)
{
    depth = level;
    passed[level] = 0;
    if (stop_at[level])
        trap_flag(true);
    emit(level + 1, words[level]);
    trap_flag(false);
}

static bool is_inside(uint64_t rip)
{
    return restart_check(rip) != rip;
}

/* In the #DB handler. True: go on as if nothing had happened. */
static bool on_step(const struct regs *r)
{
    unsigned level = depth;

    if (++passed[level] != stop_at[level])
        return true;
    if (!level)
        was_inside = is_inside(r->rip);
    cpu_split_debug_stack(stop_at[level + 1]);
    emit_stepped(level + 1);
    cpu_split_debug_stack(false);
    depth = level;
    return false;
}

/* --- Situations --- */

static uint32_t room(void)
{
    return TRACE_PACKET_BYTES - (((uint32_t)ring->head - 1) % TRACE_PACKET_BYTES + 1);
}

static void fill_to(uint32_t wanted)
{
    do {
        uint32_t left = ring->head ? room() - wanted : 1000;

        emit(0, left % 32 == 0 ? 3 : left % 16 && left != 16 ? 2 : 1);
    } while (room() > wanted);
}

static void fill(enum fill how)
{
    static const uint32_t left[FILLS] = {
        [MIDDLE] = 10000, [FITS_ONCE] = 24, [ONE_WORD_SHORT] = 16, [ONLY_SMALL_FITS] = 16};

    if (how == NEVER_USED)
        return;
    for (unsigned i = 0; how == ALL_FULL && i + 1 < ring->packets; i++) {
        fill_to(0);
        emit(0, 1);
    }
    fill_to(left[how]);
}

static void prepare(enum trace_mode mode, enum fill how)
{
    uint64_t end;

    trace_ring_init(ring, RING_BYTES);
    memset(counters, 0, sizeof(counters));
    attempts = 0;
    ring->mode = mode;
    fill(how);
    trace_first_packet(ring, &end);
    if (end)
        ring->freeze_at = end;
    memcpy(made, ring, RING_BYTES);
}

/* Puts back what a run may have changed: the ring's own part, and of each packet both ends. */
#define CHANGED 1024

static void put_back(void)
{
    memcpy(ring, made, 2 * CHANGED);
    for (uint64_t at = TRACE_PACKET_BYTES; at < RING_BYTES; at += TRACE_PACKET_BYTES) {
        memcpy((char *)ring + at, (char *)made + at, CHANGED);
        memcpy((char *)ring + at + TRACE_PACKET_BYTES - CHANGED, (char *)made + at + TRACE_PACKET_BYTES - CHANGED,
               CHANGED);
    }
}

struct result {
    unsigned runs, inside, failed;
};

/* Returns whether the boundary exists. */
static bool run(struct result *all, unsigned first, unsigned second)
{
    uint64_t filled = attempts, filled_counters[LEVELS + 1];
    bool reached;

    memcpy(filled_counters, counters, sizeof(counters));
    stop_at[0] = first;
    stop_at[1] = second;
    passed[1] = 0;
    debug_test = on_step;
    emit_stepped(0);
    debug_test = NULL;
    reached = passed[0] >= first && passed[1] >= second;
    if (reached) {
        all->runs++;
        all->inside += was_inside;
        all->failed += !ring_is_right();
    }
    put_back();
    attempts = filled;
    memcpy(counters, filled_counters, sizeof(counters));
    return reached;
}

static void every_boundary(struct result *all)
{
    for (unsigned i = 1; run(all, i, 0); i++)
        ;
}

/* The first one inside a restartable sequence. */
static void every_pair(struct result *all)
{
    struct result single = {0};

    for (unsigned i = 1; run(&single, i, 0); i++)
        for (unsigned j = 1; was_inside && run(all, i, j); j++)
            ;
}

static void report(const char *how, const struct result *r)
{
    printk("trace-step %s runs=%u inside=%u failed=%u\n", how, r->runs, r->inside, r->failed);
}

static void all_situations(void)
{
    struct result one = {0}, two = {0};

    for (unsigned mode = TRACE_OVERWRITE; mode <= TRACE_FREEZE; mode++)
        for (unsigned how = 0; how < FILLS; how++) {
            prepare(mode, how);
            every_boundary(&one);
        }
    report("one-deep", &one);
    for (unsigned how = 0; how < FILLS; how++) {
        prepare(TRACE_OVERWRITE, how);
        every_pair(&two);
    }
    report("two-deep", &two);
}

void trace_selftest_step(void *memory, void *copy)
{
    void *own = this_cpu()->trace;

    ring = memory;
    made = copy;
    trace_ring_init(ring, RING_BYTES);
    this_cpu()->trace = ring;
    all_situations();
    this_cpu()->trace = own;
}
