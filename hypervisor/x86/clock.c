/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: nanoseconds since boot from the TSC, one deadline for each CPU, and the date.
 *
 * The TSC's rate comes from CPUID when the processor states it; otherwise it is measured against the
 * ACPI PM timer, or counter 2 of the PIT. A reading waits for the reference to change, so its error is
 * the time of two port reads and not a tick; measuring ends as soon as the error is small.
 *
 * [clock.scale] clock_ns() is the function guests compute from their vcpu_time_info, bit for bit
 * [clock.once]  on_timer() runs once for each deadline that was set, at any time before the next clock_arm(). It may
 *               come early: the hardware cannot count to deadlines seconds away
 */
#include "x86/time.h"
#include "lib/bug.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/machine.h"

#define MSR_TSC_DEADLINE  0x6e0
#define CPUID1_ECX_TSC_DEADLINE (1u << 24)

#define PM_TIMER_HZ 3579545
#define PIT_HZ      1193182
#define PIT_COUNT2  0x42
#define PIT_CONTROL 0x43
#define PIT_GATE    0x61

#define MEASURE_NS_MAX   10000000
#define MEASURE_ERROR_PPM 20
#define EDGES             4 /* looked at for one reading; the sharpest counts */

struct reference {
    const char *name;
    uint32_t (*read)(void); /* counts up */
    uint32_t mask;
    uint32_t hz;
};

static uint64_t tsc_at_boot, tsc_hz, wall_at_boot;
static uint64_t timer_hz; /* the local APIC's */
static struct clock_scale scale;
static bool has_tsc_deadline;

/* --- Reference counters --- */

static uint32_t pm_timer_read(void)
{
    return in32(acpi.pm_timer);
}

static uint32_t pit_read(void)
{
    uint32_t low;

    out8(PIT_CONTROL, 0x80); /* latch counter 2 */
    low = in8(PIT_COUNT2);
    return 0xffff - (low | (uint32_t)in8(PIT_COUNT2) << 8);
}

static void pit_start(void)
{
    out8(PIT_GATE, (uint8_t)((in8(PIT_GATE) & ~2u) | 1)); /* gate open, speaker off */
    out8(PIT_CONTROL, 0xb4);                              /* counter 2, both bytes, mode 2 */
    out8(PIT_COUNT2, 0);
    out8(PIT_COUNT2, 0); /* from 65536 */
}

static struct reference reference_choose(void)
{
    if (acpi.pm_timer)
        return (struct reference){"PM timer", pm_timer_read,
                                  acpi.pm_timer_bits == 32 ? 0xffffffff : 0xffffff, PM_TIMER_HZ};
    pit_start();
    return (struct reference){"PIT", pit_read, 0xffff, PIT_HZ};
}

/* --- Measuring --- */

/* One change of the reference: it happened after `before` of the earlier read and before the end of the
 * later one. */
static struct reading read_edge(const struct reference *r)
{
    uint64_t earlier = rdtsc(), before, end;
    uint32_t old = r->read() & r->mask, value;

    for (unsigned i = 0;; i++, earlier = before) {
        before = rdtsc();
        value = r->read() & r->mask;
        end = rdtsc();
        if (value != old)
            break;
        if (i == 1000000)
            panic("clock: the %s does not count", r->name);
    }
    return (struct reading){
        .tsc = earlier + (end - earlier) / 2,
        .error = (end - earlier) / 2 + 1,
        .reference = value,
    };
}

/* Of a few edges the one with the smallest error: a pause of the host falls into one, not into all. */
static struct reading read_reference(const struct reference *r)
{
    struct reading best = read_edge(r);

    for (unsigned i = 1; i < EDGES; i++) {
        struct reading next = read_edge(r);

        if (next.error < best.error)
            best = next;
    }
    return best;
}

/* Sets tsc_hz, and timer_hz from the same stretch of time. */
static void measure(void)
{
    struct reference r = reference_choose();
    struct reading a = read_reference(&r), b;
    uint64_t timer_tsc = rdtsc(), timer_ticks, error, references = 0, last = a.reference;

    lapic_timer_start(~0u);
    do {
        b = read_reference(&r);
        references += (b.reference - last) & r.mask;
        last = b.reference;
        b.reference = a.reference + references;
        tsc_hz = frequency(&a, &b, r.hz, &error);
    } while (error > tsc_hz / 1000000 * MEASURE_ERROR_PPM &&
             references * NS_PER_S < (uint64_t)MEASURE_NS_MAX * r.hz);
    timer_ticks = ~0u - lapic_timer_left();
    timer_tsc = rdtsc() - timer_tsc;
    lapic_timer_start(0);
    timer_hz = timer_ticks * tsc_hz / timer_tsc;
    if (timer_hz < 1000)
        panic("clock: the local APIC's timer does not count");
    printk("clock: TSC %lu.%06lu MHz (+-%lu Hz) by the %s\n", tsc_hz / 1000000, tsc_hz % 1000000,
           error, r.name);
}

/* What the processor itself says of its TSC: crystal x numerator / denominator (leaf 0x15). */
static uint64_t tsc_hz_stated(void)
{
    struct cpuid c;

    if (cpuid(0, 0).eax < 0x15)
        return 0;
    c = cpuid(0x15, 0);
    return c.eax && c.ebx && c.ecx ? (uint64_t)c.ecx * c.ebx / c.eax : 0;
}

/* --- The date --- */

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

static uint8_t cmos(uint8_t index)
{
    out8(CMOS_INDEX, index);
    return in8(CMOS_DATA);
}

static struct rtc_registers rtc_read(void)
{
    return (struct rtc_registers){
        .second = cmos(0), .minute = cmos(2), .hour = cmos(4),
        .day = cmos(7), .month = cmos(8), .year = cmos(9),
        .century = acpi.century && acpi.century < 0x80 ? cmos(acpi.century) : 0,
        .status_b = cmos(0xb),
    };
}

/* Seconds since 1970. The registers change once a second, not at once: two readings must agree. */
static uint64_t rtc_now(void)
{
    uint64_t one, two = ~0ull;

    for (unsigned i = 0; i < 100; i++) {
        struct rtc_registers r;

        for (unsigned k = 0; k < 100000 && (cmos(0xa) & 0x80); k++) /* an update is in progress */
            ;
        r = rtc_read();
        one = rtc_seconds(&r);
        if (one == two)
            break;
        two = one;
    }
    return two;
}

/* --- Starting --- */

void clock_cpu_init(void)
{
    lapic_timer_init(has_tsc_deadline);
}

void clock_init(void)
{
    uint64_t stated = tsc_hz_stated(), wall;

    tsc_at_boot = rdtsc();
    lapic_timer_init(false);
    measure();
    if (stated)
        tsc_hz = stated;
    scale = scale_of(tsc_hz);
    has_tsc_deadline = cpuid(1, 0).ecx & CPUID1_ECX_TSC_DEADLINE;
    clock_cpu_init();
    wall = rtc_now() * NS_PER_S;
    wall_at_boot = wall - MIN(wall, clock_ns());
}

/* --- Reading --- */

uint64_t clock_ns(void)
{
    return scale_apply(scale, rdtsc() - tsc_at_boot);
}

uint64_t clock_tsc_at_boot(void)
{
    return tsc_at_boot;
}

struct clock_scale clock_scale(void)
{
    return scale;
}

uint64_t clock_tsc_khz(void)
{
    return tsc_hz / 1000;
}

uint64_t clock_wall_at_boot(void)
{
    return wall_at_boot;
}

/* --- The deadline --- */

void clock_arm(uint64_t deadline_ns)
{
    uint64_t now = clock_ns(), left = deadline_ns > now ? deadline_ns - now : 0;

    if (deadline_ns == ~0ull) {
        if (has_tsc_deadline)
            wrmsr(MSR_TSC_DEADLINE, 0);
        else
            lapic_timer_start(0);
        return;
    }
    left = MIN(left, 1ull << 60);
    if (has_tsc_deadline)
        wrmsr(MSR_TSC_DEADLINE, rdtsc() + ticks_of(tsc_hz, left));
    else
        lapic_timer_start((uint32_t)MAX(MIN(ticks_of(timer_hz, left), ~0u), 1u));
}

void clock_interrupt(void)
{
    lapic_eoi();
    on_timer();
}
