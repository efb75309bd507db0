/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two CPUs, each a writer at full speed on a ring of its own, interrupted by writers (a timer's signal, and another
 * that also interrupts that one), and one reader of both. In every mode and for each ring: what was read, overwritten
 * and dropped is what was attempted, to the record; none is malformed; none is of the other ring; time never goes back.
 * Proves [ring.one-writer] [ring.exact] [emit.order] [packet.seq].
 */
#define _GNU_SOURCE
#include "trace/test/host.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PACKETS 64
#define CPUS    2
#define LEVELS  3 /* writers of a CPU: the task and two kinds of interrupt */

/* A writer's number is in its records: no two have the same one. */
#define WRITER(cpu, level) ((cpu) * LEVELS + (level))

static uint8_t blocks[CPUS][BLOCK_BYTES] __attribute__((aligned(BLOCK_BYTES)));
static uint8_t memory[CPUS][(1 + PACKETS) * TRACE_PACKET_BYTES] __attribute__((aligned(TRACE_PACKET_BYTES)));

static struct cpu_state {
    unsigned number;
    pthread_t thread;
    uint64_t attempts[LEVELS];
    uint64_t restarts;
    bool is_done;
    /* the reader's */
    struct reading reading;
    uint64_t seq;
} cpus[CPUS];

static uint64_t wanted; /* records of each CPU's task */
static _Thread_local struct cpu_state *own;

static struct trace_ring *ring_of(const struct cpu_state *c)
{
    return (struct trace_ring *)memory[c->number];
}

/* --- The CPUs --- */

static void emit_some(struct cpu_state *c, unsigned level, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t counter = ++c->attempts[level];

        emit_test(WRITER(c->number, level), counter, 1 + counter % 4);
    }
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    struct cpu_state *c = own;
    unsigned level = signal == SIGRTMIN ? 1 : 2;

    if ((uint64_t)&level - (uint64_t)blocks[c->number] >= BLOCK_BYTES)
        return; /* the writer is not on its block yet, or not any more */
    emit_some(c, level, 1 + c->attempts[level] % 3);
    c->restarts += restart_context(context);
}

static timer_t timer_start(int signal, long ns)
{
    struct sigevent e = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal};
    struct itimerspec every = {{0, ns}, {0, ns}};
    timer_t t;

    e._sigev_un._tid = gettid();
    if (timer_create(CLOCK_MONOTONIC, &e, &t) || timer_settime(t, 0, &every, NULL))
        abort();
    return t;
}

static void write_all(void *cpu)
{
    struct cpu_state *c = cpu;

    while (c->attempts[0] < wanted)
        emit_some(c, 0, 1);
}

static void *run_cpu(void *cpu)
{
    struct cpu_state *c = own = cpu;
    timer_t a = timer_start(SIGRTMIN, 21000), b = timer_start(SIGRTMIN + 1, 53000);

    block_run(blocks[c->number], write_all, c);
    timer_delete(a);
    timer_delete(b);
    __atomic_store_n(&c->is_done, true, __ATOMIC_RELEASE);
    return NULL;
}

/* --- The reader --- */

/* Everything that is closed now; false when something is wrong. */
static bool read_closed(struct cpu_state *c)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    struct trace_ring *r = ring_of(c);
    uint64_t end;

    for (;;) {
        uint32_t bytes = trace_read(r, c->seq, false, packet);

        if (bytes == TRACE_NOT_YET)
            return true;
        if (bytes == TRACE_GONE) {
            c->reading.torn += c->seq >= trace_first_packet(r, &end);
            c->seq = MAX(c->seq + 1, trace_first_packet(r, &end));
            continue;
        }
        if (!reading_packet(&c->reading, (uint8_t *)packet, bytes))
            return false;
        __atomic_store_n(&r->consumed, ++c->seq, __ATOMIC_RELEASE);
    }
}

static bool read_last(struct cpu_state *c)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    uint32_t bytes;

    if (!read_closed(c))
        return false;
    bytes = trace_read(ring_of(c), c->seq, true, packet);
    return bytes <= TRACE_GONE || reading_packet(&c->reading, (uint8_t *)packet, bytes);
}

/* Slow enough to lose some. */
static void read_both(void)
{
    bool all_done, all_good;

    do {
        all_done = all_good = true;
        for (unsigned i = 0; i < CPUS; i++) {
            all_done &= __atomic_load_n(&cpus[i].is_done, __ATOMIC_ACQUIRE);
            all_good &= read_closed(&cpus[i]);
        }
        usleep(30000);
    } while (!all_done && all_good);
}

/* --- The verdict --- */

/* All that is in the ring was written by its own CPU, and nothing of that came after what was attempted last. */
static bool writers_are_own(const struct cpu_state *c)
{
    for (unsigned w = 0; w < CPUS * LEVELS; w++)
        if (c->reading.last_of[w] > (w / LEVELS == c->number ? c->attempts[w % LEVELS] : 0))
            return false;
    return true;
}

static void judge(const char *name, const struct cpu_state *c)
{
    const struct reading *s = &c->reading;
    uint64_t interrupts = c->attempts[1] + c->attempts[2], attempts = c->attempts[0] + interrupts;
    uint64_t dropped = ring_of(c)->dropped;
    bool exact = s->read + s->overwritten + dropped == attempts + s->lost;
    char what[120];

    snprintf(what, sizeof(what), "%s, CPU %u: read + overwritten + dropped is what was attempted", name, c->number);
    printf("# %" PRIu64 " attempted (%" PRIu64 " from interrupts): %" PRIu64 " read, %" PRIu64 " overwritten, %" PRIu64
           " dropped; %" PRIu64 " restarts, %" PRIu64 " packets torn while read%s%s\n", attempts, interrupts, s->read,
           s->overwritten, dropped, c->restarts, s->torn, *s->error ? ": " : "", s->error);
    check(exact && writers_are_own(c) && interrupts && !*s->error, what);
}

static void start(unsigned cpu, enum trace_mode mode)
{
    struct cpu_state *c = &cpus[cpu];

    *c = (struct cpu_state){.number = cpu};
    trace_ring_init(memory[cpu], sizeof(memory[cpu]));
    block_init(blocks[cpu], ring_of(c));
    ring_of(c)->mode = mode;
    ring_of(c)->freeze_at = 5000;
    if (pthread_create(&c->thread, NULL, run_cpu, c))
        abort();
}

static void stress(const char *name, enum trace_mode mode)
{
    for (unsigned i = 0; i < CPUS; i++)
        start(i, mode);
    read_both();
    for (unsigned i = 0; i < CPUS; i++) {
        pthread_join(cpus[i].thread, NULL);
        if (!*cpus[i].reading.error && !read_last(&cpus[i]) && !*cpus[i].reading.error)
            abort();
        judge(name, &cpus[i]);
    }
}

/* usage: test_ring_stress [events per mode] */
int main(int argc, char **argv)
{
    uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 0) : 34000000;
    struct sigaction a = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

    wanted = events / CPUS;
    sigaddset(&a.sa_mask, SIGRTMIN);
    if (sigaction(SIGRTMIN, &a, NULL))
        abort();
    sigaddset(&a.sa_mask, SIGRTMIN + 1);
    if (sigaction(SIGRTMIN + 1, &a, NULL))
        abort();
    stress("overwrite", TRACE_OVERWRITE);
    stress("drop", TRACE_DROP);
    stress("freeze", TRACE_FREEZE);
    return check_end();
}
