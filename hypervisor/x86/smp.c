/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs: starting them, what one wants of another at once, stopping them.
 *
 * A CPU runs with interrupts off while it is in the hypervisor. What another wants of it and waits for is
 * answered by cpu_answer(): from the kick interrupt, which arrives in guest code, at HLT and in interrupt
 * windows, and from every loop that waits for another CPU (lib/spin.h). So two CPUs that wait for each other
 * both go on.
 *
 * [smp.flush]  when tlb_flush() returns, each of the other CPUs has reloaded CR3 since it was called, or
 *              will before it runs guest code and uses no translation of a guest's until then (it idles)
 * [smp.time]   a CPU joins only when its TSC never seems to run backwards against that of the first
 */
#include "x86/smp.h"
#include "lib/bug.h"
#include "lib/spin.h"
#include "lib/string.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/cpu.h"
#include "x86/irq.h"

/* --- Starting (SDM vol. 3, 9.4.4) --- */

#define START_MFN        8 /* any page of RAM below 1 MiB; what is there is put back */
#define INIT_PAUSE_NS    10000000ull
#define START_PAUSE_NS   200000ull
#define START_TIMEOUT_NS 1000000000ull

/* boot.S: what a CPU begins with in real mode; where it goes on, on the stack whose end this is. */
extern const char start_begin[], start_end[];
extern uint64_t start_stack;
extern void (*start_function)(void);

static void pause_ns(uint64_t ns)
{
    for (uint64_t end = clock_ns() + ns; clock_ns() < end;)
        spin_wait();
}

/* --- Where the two CPUs meet: first the new one says that it is there, then both look at the time --- */

#define WARP_ROUNDS 64

static bool is_there; /* atomic */
static uint32_t turn; /* whose it is to look: even, the first CPU's; atomic */
static uint64_t last, warp;

/* By how many ticks at most the TSC ran backwards from the one to the other; both get the same answer. */
static uint64_t time_warp(bool is_new)
{
    for (uint32_t i = is_new; i < 2 * WARP_ROUNDS; i += 2) {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != i)
            spin_wait();
        uint64_t now = rdtsc();
        warp = MAX(warp, last > now ? last - now : 0);
        last = now;
        __atomic_store_n(&turn, i + 1, __ATOMIC_RELEASE);
    }
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) < 2 * WARP_ROUNDS)
        spin_wait();
    return warp;
}

void cpu_started(void)
{
    __atomic_store_n(&is_there, true, __ATOMIC_RELEASE);
    if (time_warp(true))
        for (;;)
            __asm__ volatile("cli; hlt");
    cpu_join();
}

static bool has_come(uint64_t within_ns)
{
    for (uint64_t end = clock_ns() + within_ns; clock_ns() < end; spin_wait())
        if (__atomic_load_n(&is_there, __ATOMIC_ACQUIRE))
            return true;
    return false;
}

/* The second message is for processors that missed the first, as the manual has it. */
static bool wake(const struct cpu *c)
{
    lapic_send(c->apic_id, LAPIC_INIT);
    pause_ns(INIT_PAUSE_NS);
    lapic_send(c->apic_id, LAPIC_START(START_MFN));
    if (has_come(START_PAUSE_NS))
        return true;
    lapic_send(c->apic_id, LAPIC_START(START_MFN));
    return has_come(START_TIMEOUT_NS);
}

/* Is its time ours? One of another time would show it to guests whenever they move. [smp.time] */
static bool meet(const struct cpu *c)
{
    if (time_warp(false)) {
        printk("cpu: processor %u is not used: its TSC differs by %lu ticks or more\n", c->apic_id, warp);
        return false;
    }
    while (cpu_count() <= c->id)
        spin_wait();
    return true;
}

static bool wake_and_meet(const struct cpu *c)
{
    is_there = false;
    turn = 0;
    last = warp = 0;
    if (wake(c))
        return meet(c);
    printk("cpu: processor %u does not start\n", c->apic_id);
    return false;
}

bool cpu_start(struct cpu *c, uint32_t apic_id, void (*function)(void))
{
    static uint8_t saved[PAGE_SIZE];
    void *page = frame_data(MFN(START_MFN));
    bool runs;

    c->apic_id = apic_id;
    memcpy(saved, page, sizeof(saved));
    memcpy(page, start_begin, (size_t)(start_end - start_begin));
    start_stack = (uint64_t)c;
    start_function = function;
    paging_start_map(true);
    runs = wake_and_meet(c);
    if (!runs)
        lapic_send(apic_id, LAPIC_INIT); /* where it waits, and does nothing else */
    paging_start_map(false);
    memcpy(page, saved, sizeof(saved));
    return runs;
}

/* --- TLB flushes --- */

static bool is_flushed(const struct cpu *c, uint32_t asked)
{
    return (int32_t)(__atomic_load_n(&c->flushes_done, __ATOMIC_ACQUIRE) - asked) >= 0;
}

static void flush_answer(struct cpu *c)
{
    uint32_t asked = __atomic_load_n(&c->flushes_asked, __ATOMIC_ACQUIRE);

    if (asked == c->flushes_done)
        return;
    cr3_load(MFN(c->cr3 >> PAGE_SHIFT));
    __atomic_store_n(&c->flushes_done, asked, __ATOMIC_RELEASE);
}

/* Who idles loads CR3 before it runs a guest, and says that it will run one before that. */
static bool is_idle(const struct cpu *c)
{
    return __atomic_load_n(&c->current, __ATOMIC_ACQUIRE) == c->idle;
}

/* All are asked before the first is waited for. */
static void flush_others(uint64_t cpus)
{
    uint32_t asked[MAX_CPUS];
    uint64_t waits_for = 0, begin = rdtsc();

    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* what changed in the tables is seen by whom we find idle */
    for (unsigned i = 0; i < cpu_count(); i++) {
        struct cpu *c = cpu_by_id(i);

        if (!(cpus >> i & 1) || is_idle(c))
            continue;
        asked[i] = __atomic_add_fetch(&c->flushes_asked, 1, __ATOMIC_SEQ_CST);
        waits_for |= 1ull << i;
        cpu_kick(i);
    }
    for (unsigned i = 0; waits_for >> i; i++)
        while (waits_for >> i & 1 && !is_flushed(cpu_by_id(i), asked[i]))
            spin_wait();
    if (waits_for)
        on_shootdown(rdtsc() - begin);
}

void tlb_flush(uint64_t cpus)
{
    uint64_t me = 1ull << this_cpu()->id;

    if (cpus & me)
        this_cpu()->flush_tlb = true;
    if (unlikely(cpus & ~me) && cpu_count() > 1)
        flush_others(cpus & ~me);
}

/* --- Stopping --- */

#define STOP_TIMEOUT_NS 10000000ull /* longer than a unit of work with interrupts off */

static uint32_t stopper; /* number + 1 of the CPU that stops the others; 0: nobody does. atomic */
static uint32_t stopped; /* how many stand still; atomic */

bool cpus_are_stopped(void)
{
    return __atomic_load_n(&stopper, __ATOMIC_RELAXED) == this_cpu()->id + 1;
}

void cpu_stop_if_asked(void)
{
    uint32_t by = __atomic_load_n(&stopper, __ATOMIC_RELAXED);

    if (likely(!by) || by == this_cpu()->id + 1)
        return;
    __atomic_add_fetch(&stopped, 1, __ATOMIC_SEQ_CST);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void stop_by(uint32_t message)
{
    for (unsigned i = 0; i < cpu_count(); i++)
        if (i != this_cpu()->id)
            lapic_send(cpu_by_id(i)->apic_id, message);
    for (uint64_t end = clock_ns() + STOP_TIMEOUT_NS; clock_ns() < end;) {
        if (__atomic_load_n(&stopped, __ATOMIC_SEQ_CST) + 1 >= cpu_count())
            return;
        __builtin_ia32_pause();
    }
}

/* First where they hold nothing; who does not come to such a place is stopped where it is. */
void cpus_stop(void)
{
    uint32_t nobody = 0;

    if (cpu_count() < 2 || cpus_are_stopped())
        return;
    if (!__atomic_compare_exchange_n(&stopper, &nobody, this_cpu()->id + 1, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST))
        cpu_stop_if_asked();
    stop_by(VECTOR_KICK);
    if (stopped + 1 < cpu_count())
        stop_by(LAPIC_NMI);
}

/* --- Answering --- */

void cpu_kick(unsigned cpu)
{
    lapic_send(cpu_by_id(cpu)->apic_id, VECTOR_KICK);
}

void cpu_answer(void)
{
    flush_answer(this_cpu());
}
