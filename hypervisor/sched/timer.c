/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: one queue per CPU, a binary heap ordered by (deadline, order of setting).
 *
 *      timer_set ──► heap ──► timers_run ──► fire
 *                      └─ first deadline ──► clock_arm ──► on_timer ─► WORK_TIMERS
 *
 * The interrupt only leaves a mark; timers fire in timers_run(), called where nothing is held: at once when a guest was
 * interrupted. One that comes too early finds nothing due and the hardware is set again. Hardware that is set to
 * a deadline which has been taken back or put off is left so: its interrupt costs no more than setting it anew, and
 * most deadlines are changed again before.
 *
 * [timer.order]  timers fire in order of deadline, equal ones in the order they were set
 * [timer.armed]  after timers_run the hardware is set to the first deadline or to an earlier moment, which has not come
 * [timer.bound]  one timers_run fires at most as many timers as were queued when it began
 */
#include "lib/bug.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "trace/trace.h"

struct timer_queue {
    struct lock lock;
    uint32_t count;
    uint64_t next_order;
    uint64_t armed_ns;    /* what the hardware was last told */
    struct timer *firing; /* its function runs now */
    struct timer
        *heap[TIMERS_PER_CPU + 1]; /* slot 0 stays empty: a timer's slot 0 means not queued */
};

#define QUEUE_ORDER 5
_Static_assert(sizeof(struct timer_queue) <= PAGE_SIZE << QUEUE_ORDER, "QUEUE_ORDER");

static struct timer_queue *queues[MAX_CPUS]; /* written once per CPU, by timers_init */

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->order < b->order;
}

static void put_at(struct timer_queue *q, uint32_t slot, struct timer *t)
{
    q->heap[slot] = t;
    t->slot = slot;
}

static void sift_up(struct timer_queue *q, struct timer *t, uint32_t slot)
{
    while (slot > 1 && is_before(t, q->heap[slot / 2])) {
        put_at(q, slot, q->heap[slot / 2]);
        slot /= 2;
    }
    put_at(q, slot, t);
}

static void sift_down(struct timer_queue *q, struct timer *t, uint32_t slot)
{
    for (;;) {
        uint32_t child = slot * 2;

        if (child > q->count)
            break;
        if (child < q->count && is_before(q->heap[child + 1], q->heap[child]))
            child++;
        if (is_before(t, q->heap[child]))
            break;
        put_at(q, slot, q->heap[child]);
        slot = child;
    }
    put_at(q, slot, t);
}

static void heap_insert(struct timer_queue *q, struct timer *t)
{
    /* The limit counts every timer there can be (sched.h). */
    BUG_ON(q->count >= TIMERS_PER_CPU);
    sift_up(q, t, ++q->count);
}

static void heap_remove(struct timer_queue *q, struct timer *t)
{
    uint32_t slot = t->slot;
    struct timer *last = q->heap[q->count--];

    t->slot = 0;
    if (last == t)
        return;
    if (slot > 1 && is_before(last, q->heap[slot / 2]))
        sift_up(q, last, slot);
    else
        sift_down(q, last, slot);
}

static uint64_t first_deadline(const struct timer_queue *q)
{
    return q->count ? q->heap[1]->deadline_ns : ~0ull;
}

/* Takes t off whatever queue holds it and returns with that queue's lock held, or returns NULL. */
static struct timer_queue *take_off(struct timer *t)
{
    while (__atomic_load_n(&t->slot, __ATOMIC_ACQUIRE)) {
        struct timer_queue *q = queues[__atomic_load_n(&t->cpu, __ATOMIC_RELAXED)];

        lock_take(&q->lock);
        /* It may have fired or moved to another CPU before we had the lock. */
        if (t->slot && queues[t->cpu] == q) {
            heap_remove(q, t);
            return q;
        }
        lock_drop(&q->lock);
    }
    return NULL;
}

int timers_init(void)
{
    struct timer_queue *q = hv_alloc(QUEUE_ORDER);

    if (!q)
        return -ENOMEM;
    q->armed_ns = ~0ull;
    queues[this_cpu()->id] = q;
    this_cpu()->timers = q;
    return 0;
}

void timer_set(struct timer *t, uint64_t ns)
{
    struct timer_queue *here = this_cpu()->timers, *q = take_off(t);

    trace_timer_set(ns);
    if (q != here) {
        if (q)
            lock_drop(&q->lock);
        lock_take(&here->lock);
    }
    t->deadline_ns = ns;
    if (ns != ~0ull) {
        t->cpu = this_cpu()->id;
        t->order = here->next_order++;
        heap_insert(here, t);
    }
    if (first_deadline(here) < here->armed_ns)
        sched_request(sched_here(), WORK_TIMERS);
    lock_drop(&here->lock);
}

void timer_stop(struct timer *t)
{
    struct timer_queue *q = take_off(t);

    if (q)
        lock_drop(&q->lock);
}

void timer_kill(struct timer *t)
{
    timer_stop(t);
    for (unsigned i = 0; i < MAX_CPUS; i++)
        while (queues[i] && __atomic_load_n(&queues[i]->firing, __ATOMIC_ACQUIRE) == t)
            spin_wait();
}

uint64_t timers_next(void)
{
    return first_deadline(this_cpu()->timers);
}

static void fire_first(struct timer_queue *q, uint64_t now)
{
    struct timer *t = q->heap[1];

    heap_remove(q, t);
    q->firing = t;
    trace_timer_fire(t->deadline_ns, now - t->deadline_ns);
    lock_drop(&q->lock);
    t->fire(t);
    lock_take(&q->lock);
    __atomic_store_n(&q->firing, NULL, __ATOMIC_RELEASE); /* pairs with timer_kill */
}

void timers_run(void)
{
    struct timer_queue *q = this_cpu()->timers;
    uint64_t now = clock_ns();

    /* Before looking: what is set from here on raises the mark again. */
    __atomic_fetch_and(&sched_here()->work, ~(uint32_t)WORK_TIMERS, __ATOMIC_SEQ_CST);
    lock_take(&q->lock);
    for (uint32_t left = q->count; left && first_deadline(q) <= now; left--)
        fire_first(q, now);
    if (first_deadline(q) < q->armed_ns) {
        q->armed_ns = first_deadline(q);
        clock_arm(q->armed_ns);
    }
    lock_drop(&q->lock);
}

void on_timer(void)
{
    struct timer_queue *q = this_cpu()->timers;

    /* The hardware counts once and is now set to nothing. No lock: interrupts arrive only while
     * this CPU holds none, and armed_ns is this CPU's own. */
    trace_timer_interrupt(q->armed_ns);
    q->armed_ns = ~0ull;
    sched_request(sched_here(), WORK_TIMERS);
}
