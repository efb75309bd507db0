/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls that touch no page table: null, multicall, events, timers, segments, console; and
 * instructions the hypervisor emulates. */
#include "hyper.h"

#include <xen/event_channel.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/version.h>

enum { MEMBERS = 32, LINE = 64, DELAY_NS = 100000 };

/* Ticks that `iterations` times of the statement take. */
#define TIME(iterations, statement)                                                                \
    ({                                                                                             \
        u64 start_ = tsc_read();                                                                   \
        for (unsigned int i = 0; i < (iterations); i++)                                            \
            statement;                                                                             \
        tsc_read() - start_;                                                                       \
    })

u64 bench_hyper_clock(unsigned int iterations)
{
    return TIME(iterations, asm volatile(""));
}

u64 bench_hypercall_null(unsigned int iterations)
{
    return TIME(iterations, hyp_xen_version(XENVER_version, 0));
}

u64 bench_multicall_32(unsigned int iterations)
{
    static multicall_entry_t list[MEMBERS];
    long rc = 0;
    u64 took;

    for (unsigned int i = 0; i < MEMBERS; i++)
        list[i] = (multicall_entry_t){.op = __HYPERVISOR_xen_version, .args = {XENVER_version}};
    took = TIME(iterations, rc |= hyp_multicall(list, MEMBERS));
    must(!rc && list[MEMBERS - 1].result == list[0].result, "multicall was refused");
    return took / MEMBERS;
}

static u32 own_port(void)
{
    static u32 port;

    if (!port) {
        long got = port_ipi(0);

        must(got > 0, "no event channel");
        port = (u32)got;
    }
    return port;
}

u64 bench_event_send(unsigned int iterations)
{
    u32 port = own_port();
    long rc = 0;
    u64 took;

    event_mask(port);
    took = TIME(iterations, (rc |= port_send(port), event_clear(port)));
    must(!rc, "EVTCHNOP_send was refused");
    return took;
}

u64 bench_event_self(unsigned int iterations)
{
    u32 port = own_port();
    u64 before, took;

    event_unmask(port);
    before = event_count(port);
    took = TIME(iterations, port_send(port));
    must(event_count(port) - before == iterations, "an event was lost");
    event_mask(port);
    return took;
}

/* Turns of a loop until the port's event has come, or so many. */
static u64 turns_until(u32 port, u64 before, u64 most)
{
    u64 turns = 0;

    while (event_count(port) == before && turns < most)
        turns++;
    return turns;
}

/* The delay is turns of the loop: as many without a timer take what is no cost of it. */
static u64 fire_once(u32 port)
{
    u64 before = event_count(port), start, turns, took;

    must(!hyp_set_timer_op(time_ns() + DELAY_NS), "set_timer_op was refused");
    start = tsc_read();
    turns = turns_until(port, before, ~0ul);
    took = tsc_read() - start;
    start = tsc_read();
    turns_until(port, before + 1, turns);
    return took - (tsc_read() - start);
}

u64 bench_timer_fire(unsigned int iterations)
{
    static u32 port;
    u64 took = 0;

    if (!port)
        port = (u32)port_virq(VIRQ_TIMER, 0);
    event_unmask(port);
    for (unsigned int i = 0; i < iterations; i++)
        took += fire_once(port);
    event_mask(port);
    return took;
}

u64 bench_timer_set(unsigned int iterations)
{
    u64 far = time_ns() + 1000000000000ul;
    u64 took = TIME(iterations, hyp_set_timer_op(far + i));

    hyp_set_timer_op(0);
    return took;
}

u64 bench_segment_base(unsigned int iterations)
{
    return TIME(iterations, hyp_set_segment_base(SEGBASE_FS, 0x1000 + i));
}

u64 bench_console_line(unsigned int iterations)
{
    char line[LINE];

    memset(line, '.', sizeof line);
    line[LINE - 1] = '\n';
    return TIME(iterations, hyp_console_io(CONSOLEIO_write, LINE, line));
}

static void cpuid_emulated(void)
{
    u32 a = 0, b, c, d;

    asm volatile("ud2; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
}

u64 bench_cpuid(unsigned int iterations)
{
    return TIME(iterations, cpuid_emulated());
}

static void port_read(void)
{
    u8 value;

    asm volatile("inb $0x80, %0" : "=a"(value));
}

u64 bench_port_in(unsigned int iterations)
{
    struct physdev_set_iopl iopl = {.iopl = 1};

    must(!hyp_physdev_op(PHYSDEVOP_set_iopl, &iopl), "no I/O privilege");
    return TIME(iterations, port_read());
}
