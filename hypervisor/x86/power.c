/* SPDX-License-Identifier: BSD-2-Clause */
/* The three ways to end: off, again, and standing still. Each tries what the firmware says first. */
#include "lib/bug.h"
#include "x86/acpi.h"
#include "x86/console.h"
#include "x86/machine.h"
#include "x86/x86.h"

#define PM1_SLEEP_TYPE(t) ((uint16_t)((t) << 10))
#define PM1_SLEEP_TYPES   PM1_SLEEP_TYPE(7)
#define PM1_SLEEP_ENABLE  (1u << 13)

#define QEMU_PM1_CONTROL  0x604
#define RESET_CONTROL     0xcf9
#define KEYBOARD_COMMAND  0x64
#define KEYBOARD_RESET    0xfe

void machine_halt(void)
{
    cpus_stop();
    console_drain();
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void pm1_sleep(uint16_t port, uint16_t type)
{
    uint16_t old;

    if (!port)
        return;
    old = in16(port) & (uint16_t)~(PM1_SLEEP_TYPES | PM1_SLEEP_ENABLE);
    out16(port, (uint16_t)(old | (type & PM1_SLEEP_TYPES) | PM1_SLEEP_ENABLE));
}

static void pause_a_moment(void)
{
    for (unsigned i = 0; i < 1000000; i++)
        __builtin_ia32_pause();
}

static void power_off(uint16_t type_a, uint16_t type_b)
{
    cpus_stop();
    on_machine_end(false);
    console_drain();
    pm1_sleep(acpi.pm1a_control, type_a);
    pm1_sleep(acpi.pm1b_control, type_b);
    pause_a_moment();
}

void machine_power_off(void)
{
    cpus_stop();
    on_machine_end(false);
    if (acpi.has_s5)
        power_off(PM1_SLEEP_TYPE(acpi.s5_type_a), PM1_SLEEP_TYPE(acpi.s5_type_b));
    if (!acpi.pm1a_control)
        pm1_sleep(QEMU_PM1_CONTROL, 0);
    printk("power: the machine did not switch itself off; it is safe to do so now\n");
    machine_halt();
}

void machine_sleep_s5(uint16_t pm1a, uint16_t pm1b)
{
    power_off(pm1a, pm1b);
    machine_power_off();
}

/* Without an interrupt table the first trap is the last: the processor resets. */
static void triple_fault(void)
{
    static const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) nothing = {0, 0};

    __asm__ volatile("lidt %0; int3" : : "m"(nothing));
}

void machine_reboot(void)
{
    cpus_stop();
    on_machine_end(false);
    console_drain();
    if (acpi.reset_port) {
        out8(acpi.reset_port, acpi.reset_value);
        pause_a_moment();
    }
    out8(RESET_CONTROL, 0x02);
    out8(RESET_CONTROL, 0x06);
    pause_a_moment();
    out8(KEYBOARD_COMMAND, KEYBOARD_RESET);
    pause_a_moment();
    triple_fault();
    machine_halt();
}
