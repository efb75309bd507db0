/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC in xAPIC mode (SDM vol. 3, chapter 11). Every CPU sees its own at the same address. */
#include "x86/apic.h"
#include "x86/instructions.h"
#include "x86/irq.h"
#include "x86/x86.h"

#define MSR_APIC_BASE  0x1b
#define BASE_X2APIC    (1u << 10)
#define BASE_ENABLE    (1u << 11)
#define BASE_ADDRESS   0x000ffffffffff000ull

enum {
    REG_ID = 0x20,
    REG_TASK_PRIORITY = 0x80,
    REG_EOI = 0xb0,
    REG_SPURIOUS = 0xf0,
    REG_ERROR = 0x280,
    REG_COMMAND = 0x300,
    REG_COMMAND_TO = 0x310,
    REG_LVT_TIMER = 0x320,
    REG_LVT_THERMAL = 0x330,
    REG_LVT_COUNTER = 0x340,
    REG_LVT_LINT0 = 0x350,
    REG_LVT_LINT1 = 0x360,
    REG_LVT_ERROR = 0x370,
    REG_TIMER_INITIAL = 0x380,
    REG_TIMER_CURRENT = 0x390,
    REG_TIMER_DIVIDE = 0x3e0,
};

#define LVT_MASKED         (1u << 16)
#define LVT_NMI            (4u << 8)
#define LVT_TSC_DEADLINE   (2u << 17)
#define SPURIOUS_ENABLE    (1u << 8)
#define TIMER_DIVIDE_BY_1  0xb

static volatile uint8_t *lapic;
static uint64_t phys;

static uint32_t reg_read(unsigned reg)
{
    return *(volatile uint32_t *)(lapic + reg);
}

static void reg_write(unsigned reg, uint32_t value)
{
    *(volatile uint32_t *)(lapic + reg) = value;
}

uint64_t lapic_phys(void)
{
    return phys;
}

/* Firmware may leave x2APIC mode on; the way back to xAPIC leads through "off" (11.12.5). */
static void enable(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if (base & BASE_X2APIC)
        wrmsr(MSR_APIC_BASE, base & ~(uint64_t)(BASE_X2APIC | BASE_ENABLE));
    wrmsr(MSR_APIC_BASE, (base & ~(uint64_t)BASE_X2APIC) | BASE_ENABLE);
}

void lapic_init(void)
{
    enable();
    phys = rdmsr(MSR_APIC_BASE) & BASE_ADDRESS;
    lapic = mmio_map(phys, PAGE_SIZE);
    lapic_cpu_init();
}

void lapic_cpu_init(void)
{
    enable();
    reg_write(REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    reg_write(REG_TASK_PRIORITY, 0);
    reg_write(REG_LVT_TIMER, LVT_MASKED);
    reg_write(REG_LVT_THERMAL, LVT_MASKED);
    reg_write(REG_LVT_COUNTER, LVT_MASKED);
    reg_write(REG_LVT_LINT0, LVT_MASKED); /* the 8259 pair */
    reg_write(REG_LVT_LINT1, LVT_NMI);
    reg_write(REG_LVT_ERROR, LVT_MASKED);
    reg_write(REG_ERROR, 0);
}

uint32_t lapic_id(void)
{
    return reg_read(REG_ID) >> 24;
}

void lapic_eoi(void)
{
    reg_write(REG_EOI, 0);
}

void lapic_timer_init(bool tsc_deadline)
{
    reg_write(REG_TIMER_DIVIDE, TIMER_DIVIDE_BY_1);
    reg_write(REG_LVT_TIMER, VECTOR_TIMER | (tsc_deadline ? LVT_TSC_DEADLINE : 0));
    /* The mode is set by a memory write, the deadline by WRMSR, which may overtake it (11.5.4.1). */
    __asm__ volatile("mfence" : : : "memory");
}

void lapic_timer_start(uint32_t count)
{
    reg_write(REG_TIMER_INITIAL, count);
}

uint32_t lapic_timer_left(void)
{
    return reg_read(REG_TIMER_CURRENT);
}

#define COMMAND_PENDING (1u << 12)

void lapic_send(uint32_t apic_id, uint32_t message)
{
    while (reg_read(REG_COMMAND) & COMMAND_PENDING)
        __builtin_ia32_pause();
    reg_write(REG_COMMAND_TO, apic_id << 24);
    reg_write(REG_COMMAND, message);
}
