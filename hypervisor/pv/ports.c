/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports: who may, and what they get.
 *
 * Two questions. Does the guest permit it: port_permitted(), by IOPL or by the bitmap the guest
 * registered; if not, the guest gets #GP. Does the domain own the port: only the hardware domain
 * owns any, less the ports marked in `special`; what is not owned reads as nobody there, and writes
 * are dropped.
 *
 * [ports.owner]  no port is touched for a domain that is not the hardware domain
 * [ports.config] the address in port cf8 and the access to cfc that it steers are one step, under
 * the lock
 *
 * "Nobody there" is all ones except where Linux waits for a device that does not come:
 *  - the timer chip reads 0 and port 61 says that channel 2 has run out. Linux's quick TSC
 * calibration then stops after four reads; all ones would make it read 100,000 times. It has the
 * frequency from pvclock.
 *  - the ACPI timer runs backwards. Linux compares two reads and drops it as inconsistent; against
 * a value that stands still it reads 10,001 times, and against the true one it spends 4.5 ms in
 * delays. Each value comes twice, because on some chip sets Linux reads until three in a row make
 * sense.
 *  - cf8 does not read back what was written, so a domain without PCI is not searched for devices.
 */
#include "pv/emulate.h"
#include "x86/machine.h"

#define PORTS 65536u

enum port {
    PORT_PIC1 = 0x20,
    PORT_PIT = 0x40, /* to 43 */
    PORT_SYSTEM_B = 0x61,
    PORT_RTC_INDEX = 0x70,
    PORT_RTC_DATA = 0x71,
    PORT_PIC2 = 0xa0,
    PORT_COM1 = 0x3f8, /* to 3ff */
    PORT_CONFIG_ADDRESS = 0xcf8,
    PORT_CONFIG_DATA = 0xcfc, /* to cff */
};

#define SYSTEM_B_OUT2  0x20u /* channel 2 has run out */
#define CONFIG_ENABLE  0x80000000u
#define RTC_INDEX_MASK 0x7fu /* bit 7 would mask NMI */
#define PM_TIMER_START 0xffffffu
#define PM_TIMER_RANGE 0x7fffffu

/* A set bit: the port is not simply the hardware's. Written during start-up only. The word at the
 * end is for the access that begins at the last port. */
static uint8_t special[PORTS / 8 + 2];
static uint16_t pm_timer_port;
static uint32_t pm_timer_reads;

static struct lock rtc_lock; /* ports 70 and 71 of the machine */

/* What the hardware domain last wrote to cf8 and to 70. There is one such domain. */
static uint32_t config_address;
static uint8_t rtc_index;

void ports_deny(uint16_t first, uint16_t last)
{
    for (unsigned port = first; port <= last; port++)
        special[port / 8] |= 1u << (port % 8);
}

void ports_init(uint16_t pm_timer)
{
    ports_deny(PORT_PIC1, PORT_PIC1 + 1);
    ports_deny(PORT_PIC2, PORT_PIC2 + 1);
    ports_deny(PORT_PIT, PORT_PIT + 3);
    ports_deny(PORT_SYSTEM_B, PORT_SYSTEM_B);
    ports_deny(PORT_RTC_INDEX, PORT_RTC_DATA);
    ports_deny(PORT_COM1, PORT_COM1 + 7);
    ports_deny(PORT_CONFIG_ADDRESS, PORT_CONFIG_ADDRESS);
    ports_deny(PORT_CONFIG_DATA, PORT_CONFIG_DATA + 3);
    ports_deny(PORTS - 1, PORTS - 1); /* so that no access wraps */
    pm_timer_port = pm_timer;
    if (pm_timer)
        ports_deny(pm_timer, MIN(pm_timer + 3u, PORTS - 1));
}

static bool is_special(uint16_t port, unsigned bytes)
{
    uint16_t bits;

    __builtin_memcpy(&bits, &special[port / 8], sizeof(bits));
    return bits >> (port % 8) & ((1u << bytes) - 1);
}

static uint32_t hardware_read(uint16_t port, unsigned bytes)
{
    if (bytes == 1)
        return in8(port);
    return bytes == 2 ? in16(port) : in32(port);
}

static void hardware_write(uint16_t port, unsigned bytes, uint32_t value)
{
    if (bytes == 1)
        out8(port, value);
    else if (bytes == 2)
        out16(port, value);
    else
        out32(port, value);
}

/* --- Configuration space --- */

static bool is_config_data(uint16_t port, unsigned bytes)
{
    return port >= PORT_CONFIG_DATA && port + bytes <= PORT_CONFIG_DATA + 4 &&
           (config_address & CONFIG_ENABLE);
}

/* --- Clock chip --- */

static uint8_t rtc_read(uint8_t index)
{
    lock_take(&rtc_lock);
    out8(PORT_RTC_INDEX, index);
    uint8_t value = in8(PORT_RTC_DATA);
    lock_drop(&rtc_lock);
    return value;
}

static void rtc_write(uint8_t index, uint8_t value)
{
    lock_take(&rtc_lock);
    out8(PORT_RTC_INDEX, index);
    out8(PORT_RTC_DATA, value);
    lock_drop(&rtc_lock);
}

/* --- Ports nobody owns --- */

static uint32_t pm_timer_backwards(void)
{
    uint32_t reads = __atomic_fetch_add(&pm_timer_reads, 1, __ATOMIC_RELAXED);

    return PM_TIMER_START - (reads / 2 & PM_TIMER_RANGE);
}

static uint32_t all_ones(unsigned bytes)
{
    return ~0u >> (32 - 8 * bytes);
}

static uint32_t absent_read(uint16_t port, unsigned bytes)
{
    if (port >= PORT_PIT && port < PORT_PIT + 4)
        return 0;
    if (port == PORT_SYSTEM_B)
        return SYSTEM_B_OUT2;
    if (port == pm_timer_port && port && bytes == 4)
        return pm_timer_backwards();
    return all_ones(bytes);
}

/* --- The hardware domain's special ports --- */

static uint32_t special_read(uint16_t port, unsigned bytes)
{
    if (is_config_data(port, bytes))
        return pci_config_read(config_address, port - PORT_CONFIG_DATA, bytes);
    if (port == PORT_CONFIG_ADDRESS)
        return bytes == 4 ? config_address : hardware_read(port, bytes);
    if (port == PORT_RTC_INDEX && bytes == 1)
        return rtc_index;
    if (port == PORT_RTC_DATA && bytes == 1)
        return rtc_read(rtc_index);
    return absent_read(port, bytes);
}

static void special_write(uint16_t port, unsigned bytes, uint32_t value)
{
    if (is_config_data(port, bytes))
        pci_config_write(config_address, port - PORT_CONFIG_DATA, bytes, value);
    else if (port == PORT_CONFIG_ADDRESS && bytes == 4)
        config_address = value;
    else if (port == PORT_CONFIG_ADDRESS)
        hardware_write(port, bytes, value); /* not configuration mechanism 1 */
    else if (port == PORT_RTC_INDEX && bytes == 1)
        rtc_index = value & RTC_INDEX_MASK;
    else if (port == PORT_RTC_DATA && bytes == 1)
        rtc_write(rtc_index, value);
}

uint32_t port_read(struct vcpu *v, uint16_t port, unsigned bytes)
{
    if (!v->domain->is_hardware)
        return absent_read(port, bytes);
    if (likely(!is_special(port, bytes)))
        return hardware_read(port, bytes);
    return special_read(port, bytes);
}

void port_write(struct vcpu *v, uint16_t port, unsigned bytes, uint32_t value)
{
    if (!v->domain->is_hardware)
        return;
    if (likely(!is_special(port, bytes)))
        hardware_write(port, bytes, value);
    else
        special_write(port, bytes, value);
}

/* --- What the guest permits --- */

/* The bitmap is kernel memory, which the user tables do not map. */
static int read_kernel_memory(const struct vcpu *v, void *dst, guest_ptr src, size_t n)
{
    if (!v->in_user)
        return guest_read(dst, src, n);
    uint64_t user_cr3 = read_cr3();
    write_cr3(v->kernel_l4.n << PAGE_SHIFT);
    int rc = guest_read(dst, src, n);
    write_cr3(user_cr3);
    return rc;
}

bool port_in_bitmap(const struct vcpu *v, uint16_t port, unsigned bytes)
{
    uint8_t bits[2] = {0xff, 0xff};
    unsigned last = port + bytes - 1;

    if (last >= v->io_bitmap_ports)
        return false;
    if (read_kernel_memory(v, bits, gptr_add(v->io_bitmap, port / 8), last / 8 - port / 8 + 1))
        return false;
    return !((bits[0] | bits[1] << 8) >> (port % 8) & ((1u << bytes) - 1));
}
