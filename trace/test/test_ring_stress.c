/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A writer at full speed, writers that interrupt it (a timer's signal, and another that also interrupts
 * that one), and a reader on another CPU. In every mode: what was read, overwritten and dropped is what was
 * attempted, to the record; none is malformed; time never goes back.
 * Proves [ring.exact] [emit.order] [packet.seq].
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

static uint8_t block[BLOCK_BYTES] __attribute__((aligned(BLOCK_BYTES)));
static uint8_t memory[(1 + PACKETS) * TRACE_PACKET_BYTES] __attribute__((aligned(TRACE_PACKET_BYTES)));
#define ring (*(struct trace_ring *)memory)
static uint64_t counters[3]; /* attempts, by writer: the task and two kinds of interrupt */
static uint64_t restarts;
static uint64_t wanted;
static bool is_done;

static void emit_some(unsigned writer, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t counter = ++counters[writer];

        emit_test(writer, counter, 1 + counter % 4);
    }
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    unsigned writer = signal == SIGRTMIN ? 1 : 2;

    if ((uint64_t)&writer - (uint64_t)block >= BLOCK_BYTES)
        return; /* the writer is not on its block yet, or not any more */
    emit_some(writer, 1 + counters[writer] % 3);
    restarts += restart_context(context);
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

static void write_all(void *unused)
{
    while (counters[0] < wanted)
        emit_some(0, 1);
}

static void *writer(void *unused)
{
    timer_t a = timer_start(SIGRTMIN, 21000), b = timer_start(SIGRTMIN + 1, 53000);

    block_run(block, write_all, NULL);
    timer_delete(a);
    timer_delete(b);
    __atomic_store_n(&is_done, true, __ATOMIC_RELEASE);
    return NULL;
}

/* Everything that is closed now; false when something is wrong. */
static bool read_closed(struct reading *s, uint64_t *seq)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    uint64_t end;

    for (;;) {
        uint32_t bytes = trace_read(&ring, *seq, false, packet);

        if (bytes == TRACE_NOT_YET)
            return true;
        if (bytes == TRACE_GONE) {
            s->torn += *seq >= trace_first_packet(&ring, &end);
            *seq = MAX(*seq + 1, trace_first_packet(&ring, &end));
            continue;
        }
        if (!reading_packet(s, (uint8_t *)packet, bytes))
            return false;
        __atomic_store_n(&ring.consumed, ++*seq, __ATOMIC_RELEASE);
    }
}

static bool read_last(struct reading *s, uint64_t seq)
{
    static uint64_t packet[TRACE_PACKET_BYTES / 8];
    uint32_t bytes;

    if (!read_closed(s, &seq))
        return false;
    bytes = trace_read(&ring, seq, true, packet);
    return bytes <= TRACE_GONE || reading_packet(s, (uint8_t *)packet, bytes);
}

static void judge(const char *name, const struct reading *s)
{
    uint64_t attempts = counters[0] + counters[1] + counters[2];
    bool exact = s->read + s->overwritten + ring.dropped == attempts + s->lost;
    char what[120], why[400];

    snprintf(what, sizeof(what), "%s: read + overwritten + dropped is what was attempted", name);
    snprintf(why, sizeof(why),
             "%" PRIu64 " attempted (%" PRIu64 " and %" PRIu64 " from interrupts): %" PRIu64 " read, %" PRIu64
             " overwritten, %" PRIu64 " dropped; %" PRIu64 " restarts, %" PRIu64 " packets torn while "
             "read%s%s", attempts, counters[1], counters[2], s->read, s->overwritten, ring.dropped,
             restarts, s->torn, *s->error ? ": " : "", s->error);
    tap(exact && !*s->error, what, why);
}

static void stress(const char *name, enum trace_mode mode, uint64_t events)
{
    struct reading s = {0};
    pthread_t thread;
    uint64_t seq = 0;

    trace_ring_init(memory, sizeof(memory));
    ring.mode = mode;
    ring.freeze_at = 5000;
    restarts = 0;
    memset(counters, 0, sizeof(counters));
    wanted = events;
    is_done = false;
    if (pthread_create(&thread, NULL, writer, NULL))
        abort();
    /* Slow enough to lose some. */
    while (!__atomic_load_n(&is_done, __ATOMIC_ACQUIRE) && read_closed(&s, &seq))
        usleep(30000);
    pthread_join(thread, NULL);
    if (!*s.error && !read_last(&s, seq) && !*s.error)
        abort();
    judge(name, &s);
}

/* usage: test_ring_stress [events per mode] */
int main(int argc, char **argv)
{
    uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 0) : 34000000;
    struct sigaction a = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

    block_init(block, &ring);
    sigaddset(&a.sa_mask, SIGRTMIN);
    if (sigaction(SIGRTMIN, &a, NULL))
        abort();
    sigaddset(&a.sa_mask, SIGRTMIN + 1);
    if (sigaction(SIGRTMIN + 1, &a, NULL))
        abort();
    stress("overwrite", TRACE_OVERWRITE, events);
    stress("drop", TRACE_DROP, events);
    stress("freeze", TRACE_FREEZE, events);
    return tap_end();
}
