/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: every port, width and direction, for a domain that owns devices and one that does not; and
 * what Linux does to find a timer. Proves [ports.owner] and [ports.config].
 */
#include "machine.h"
#include "pv/decode.h"
#include "pv/emulate.h"
#include "x86/machine.h"

#define PM_TIMER 0x608

static struct domain domain;
static struct vcpu vcpu;
static uint8_t bitmap[8192];

static bool overlaps(unsigned port, unsigned bytes, unsigned first, unsigned last)
{
    return port <= last && port + bytes - 1 >= first;
}

/* Ports whose access never reaches the machine as it is. */
static bool is_kept(unsigned port, unsigned bytes)
{
    static const uint16_t ranges[][2] = {
        {0x20, 0x21},    {0xa0, 0xa1},   {0x40, 0x43},   {0x61, 0x61},
        {0x70, 0x71},    {0x3f8, 0x3ff}, {0xcfc, 0xcff}, {PM_TIMER, PM_TIMER + 3},
        {0xffff, 0xffff}};

    for (unsigned i = 0; i < ARRAY_SIZE(ranges); i++)
        if (overlaps(port, bytes, ranges[i][0], ranges[i][1]))
            return true;
    if (port == 0xcf8)
        return bytes == 4;
    return overlaps(port, bytes, 0xcf8, 0xcf8);
}

static bool is_rtc(unsigned port, unsigned bytes)
{
    return port == 0x71 && bytes == 1;
}

/* A read and a write of one port in one width; true when the machine saw what it should. */
static bool port_holds(unsigned port, unsigned bytes)
{
    bool direct = domain.is_hardware && !is_kept(port, bytes);
    uint32_t mask = operand_mask(bytes);

    machine.io_count = 0;
    uint32_t value = port_read(&vcpu, port, bytes);
    port_write(&vcpu, port, bytes, 0x12345678 & mask);
    if (domain.is_hardware && is_rtc(port, bytes))
        return machine.io_count == 4;
    if (!direct)
        return machine.io_count == 0 && !(value & ~mask);
    return machine.io_count == 2 && machine.io[0].port == port && machine.io[0].bytes == bytes &&
           !machine.io[0].write && value == (0xa5a5a5a5 & mask) && machine.io[1].port == port &&
           machine.io[1].bytes == bytes && machine.io[1].write &&
           machine.io[1].value == (0x12345678 & mask);
}

static bool all_ports_hold(void)
{
    machine.io_answer = 0xa5a5a5a5;
    for (unsigned port = 0; port < 65536; port++)
        for (unsigned bytes = 1; bytes <= 4; bytes *= 2) {
            port_write(&vcpu, 0xcf8, 4, 0); /* configuration space not addressed */
            if (!port_holds(port, bytes))
                return false;
        }
    return true;
}

static bool absent_is_ones(void)
{
    static const uint16_t ports[] = {0x20, 0xa1, 0x3f8, 0x3fd, 0xcfc};

    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++)
        if (port_read(&vcpu, ports[i], 1) != 0xff)
            return false;
    return port_read(&vcpu, 0x3f8, 2) == 0xffff && port_read(&vcpu, 0x3f8, 4) == 0xffffffff;
}

/* --- Configuration space --- */

static void check_config(void)
{
    machine.io_count = 0;
    port_write(&vcpu, 0xcf8, 4, 0x80001810);
    check(machine.io_count == 0 && port_read(&vcpu, 0xcf8, 4) == 0x80001810 &&
              machine.io_count == 0,
          "the configuration address is kept for the domain");
    machine.io_answer = 0x11223344;
    uint32_t value = port_read(&vcpu, 0xcfe, 2);
    check(machine.io_count == 2 && machine.io[0].port == 0xcf8 && machine.io[0].bytes == 4 &&
              machine.io[0].value == 0x80001810 && machine.io[1].port == 0xcfe &&
              machine.io[1].bytes == 2 && value == 0x3344,
          "configuration data: address and read are one step");
    machine.io_count = 0;
    port_write(&vcpu, 0xcff, 1, 0x9a);
    check(machine.io_count == 2 && machine.io[0].value == 0x80001810 &&
              machine.io[1].port == 0xcff && machine.io[1].value == 0x9a,
          "configuration data: address and write are one step");
    machine.io_count = 0;
    check(port_read(&vcpu, 0xcfe, 4) == 0xffffffff && machine.io_count == 0,
          "configuration data beyond the register is nobody's");
    pci_config_write(0x80000004, 0, 4, 7);
    check(port_read(&vcpu, 0xcf8, 4) == 0x80001810, "our own access leaves the domain's address");
    machine.io_count = 0;
    port_write(&vcpu, 0xcf9, 1, 6);
    check(machine.io_count == 1 && machine.io[0].port == 0xcf9, "port cf9 is not the address");
}

static void check_rtc(void)
{
    machine.io_count = 0;
    port_write(&vcpu, 0x70, 1, 0x8a);
    check(machine.io_count == 0 && port_read(&vcpu, 0x70, 1) == 0x0a, "NMI stays on");
    port_write(&vcpu, 0x71, 1, 0x55);
    check(machine.io_count == 2 && machine.io[0].port == 0x70 && machine.io[0].value == 0x0a &&
              machine.io[1].port == 0x71 && machine.io[1].value == 0x55,
          "clock chip: index and write are one step");
}

/* --- Linux looks for timers --- */

/* Counts the port accesses of Linux's quick TSC calibration against channel 2. */
static unsigned quick_calibration(void)
{
    unsigned accesses = 6; /* gate, mode, count */

    for (unsigned pass = 0; pass < 2; pass++) {
        bool match;
        do {
            accesses += 2;
            port_read(&vcpu, 0x42, 1);
            match = port_read(&vcpu, 0x42, 1) == (pass ? 0xff : 0);
        } while (pass && match && accesses < 100000);
    }
    return accesses;
}

/* And of its check of the ACPI timer. */
static unsigned pm_timer_check(void)
{
    uint32_t first = port_read(&vcpu, PM_TIMER, 4) & 0xffffff;

    for (unsigned reads = 2; reads < 10002; reads++) {
        uint32_t then = port_read(&vcpu, PM_TIMER, 4) & 0xffffff;
        if (then == first)
            continue;
        return then > first || then < 0xfff ? 20000 : reads; /* 20000: taken for good */
    }
    return 10002;
}

/* And of the reading it does on chip sets whose timer is not latched: until three reads are in
 * order. */
static unsigned pm_timer_triple(void)
{
    for (unsigned reads = 3; reads < 10000; reads += 3) {
        uint32_t a = port_read(&vcpu, PM_TIMER, 4);
        uint32_t b = port_read(&vcpu, PM_TIMER, 4);
        uint32_t c = port_read(&vcpu, PM_TIMER, 4);
        if (!((a > b && a < c) || (b > c && b < a) || (c > a && c < b)))
            return reads;
    }
    return 10000;
}

static void check_timers(void)
{
    unsigned triples = pm_timer_triple() + pm_timer_triple();

    machine.io_count = 0;
    check(quick_calibration() < 12, "the TSC calibration gives up at once");
    check(port_read(&vcpu, 0x61, 1) & 0x20, "the slow calibration does not wait for channel 2");
    check(pm_timer_check() <= 3 && pm_timer_check() <= 3, "the ACPI timer is dropped at once");
    check(triples == 6, "the ACPI timer of old chip sets does not hold Linux up");
    check(machine.io_count == 0, "no timer was touched");
}

/* --- Permission --- */

static bool permitted(bool user, unsigned iopl, uint16_t port, unsigned bytes)
{
    vcpu.in_user = user;
    vcpu.iopl = iopl;
    return port_permitted(&vcpu, port, bytes);
}

static void check_permission(void)
{
    bool levels = true;

    for (unsigned iopl = 0; iopl < 4; iopl++)
        levels &= permitted(false, iopl, 0x80, 4) == (iopl >= 1) &&
                  permitted(true, iopl, 0x80, 4) == (iopl == 3);
    check(levels, "by privilege level: kernel from 1, user at 3");
    machine.region[0] = (struct region){bitmap, sizeof(bitmap), false, vcpu.kernel_l4.n << 12};
    for (unsigned i = 0; i < sizeof(bitmap); i++)
        bitmap[i] = 0xff;
    bitmap[0x3f0 / 8] = 0x00;
    vcpu.io_bitmap = GPTR((uint64_t)bitmap);
    vcpu.io_bitmap_ports = 65536;
    machine.cr3 = 0x5000;
    check(permitted(true, 1, 0x3f0, 4) && permitted(true, 1, 0x3f7, 1) &&
              !permitted(true, 1, 0x3f8, 1) && !permitted(true, 1, 0x3ef, 1),
          "by bitmap: the ports whose bits are clear");
    check(!permitted(true, 1, 0x3f7, 2) && !permitted(true, 1, 0x3ef, 4),
          "by bitmap: every byte of the access");
    check(machine.cr3 == 0x5000 && machine.cr3_writes > 0,
          "the bitmap is read through the kernel's tables");
    vcpu.io_bitmap_ports = 0x3f4;
    check(permitted(true, 1, 0x3f3, 1) && !permitted(true, 1, 0x3f3, 2),
          "by bitmap: only as many ports as it has");
    vcpu.io_bitmap_ports = 65536;
    bitmap[8191] = 0;
    check(permitted(true, 1, 0xffff, 1) && !permitted(true, 1, 0xffff, 2),
          "by bitmap: nothing behind the last port");
    machine.region[0].cr3 = 0xdead000;
    check(!permitted(true, 1, 0x3f0, 1), "a bitmap that cannot be read permits nothing");
}

int main(void)
{
    machine_reset(&vcpu, &domain);
    ports_init(PM_TIMER);
    check(all_ports_hold(), "other domains: 65536 ports x 3 widths, none touched");
    check(absent_is_ones(), "other domains: nobody there");
    check_timers();
    domain.is_hardware = true;
    check(all_ports_hold(), "hardware domain: 65536 ports x 3 widths, all but the kept ones");
    check(absent_is_ones(), "hardware domain: kept ports look empty");
    check_timers();
    check_config();
    check_rtc();
    check_permission();
    return check_end();
}
