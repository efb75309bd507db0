/* SPDX-License-Identifier: BSD-2-Clause */
/* physdev_op, platform_op, xen_version, vm_assist and console_io: who may, what is read, and which errno.
 * Proves [physdev.right] and [irqs.owner]. */
#include "ci/tap.h"
#include "control/control.h"
#include "event/event.h"
#include "hypercalls.h"
#include "lib/string.h"
#include "machine_fake/hardware.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "x86/acpi.h"
#include "x86/machine.h"

#include <stdlib.h>
#include <xen/features.h>
#include <xen/physdev.h>
#include <xen/platform.h>
#include <xen/version.h>

static struct domain dom0 = {.id = 0, .is_privileged = true, .is_hardware = true};
static struct domain domu = {.id = 1};
static struct vcpu v0 = {.domain = &dom0}, vu = {.domain = &domu};

static unsigned reads, raised[IRQ_COUNT], virqs, written, preempt_after = ~0u;
static uint64_t wall;

/* --- What control/ calls --- */

int guest_read(void *dst, guest_ptr src, size_t n)
{
    reads++;
    if (!src.va)
        return -EFAULT;
    memcpy(dst, (void *)src.va, n);
    return 0;
}

int guest_write(guest_ptr dst, const void *src, size_t n)
{
    if (!dst.va)
        return -EFAULT;
    memcpy((void *)dst.va, src, n);
    return 0;
}

bool guest_range_ok(guest_ptr p, size_t n)
{
    return p.va + n < HOLE_START;
}

bool mm_io_permitted(const struct domain *d, mfn_t m)
{
    return d == &dom0 && m.n != 0xfee00;
}

bool event_pirq(struct domain *d, unsigned pirq)
{
    raised[pirq]++;
    return true;
}

void event_virq_global(struct domain *d, unsigned virq)
{
    virqs += virq == VIRQ_CONSOLE;
}

void wallclock_set(uint64_t utc_ns, uint64_t system_ns)
{
    wall = utc_ns - system_ns;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    return (size_t)snprintf(dst, size, "%s", src);
}

struct cpu *cpu_by_id(unsigned id)
{
    return NULL;
}

void machine_sleep_s5(uint16_t a, uint16_t b)
{
    abort();
}

void console_write(const char *text, size_t n)
{
    written += (unsigned)n;
}

size_t console_read(char *out, size_t max)
{
    memset(out, 'x', MIN(max, 10u));
    return MIN(max, 10u);
}

bool preempt_wanted(void)
{
    return written >= preempt_after;
}

/* --- Tests --- */

static long physdev(struct vcpu *v, uint32_t cmd, void *arg)
{
    return hc_physdev_op(v, cmd, GPTR((uint64_t)arg));
}

static void rights(void)
{
    uint64_t zeros[32] = {0};
    unsigned not_refused = 0, read_first = 0;

    for (uint32_t cmd = 0; cmd < 300; cmd++) {
        long rc;

        reads = 0;
        rc = physdev(&vu, cmd, zeros);
        if (cmd == PHYSDEVOP_set_iopl || cmd == PHYSDEVOP_set_iobitmap)
            continue;
        not_refused += rc != -EPERM && rc != -ENOSYS;
        read_first += reads != 0;
    }
    check(!not_refused, "[physdev.right] a domU has no physdev operation but its own I/O privilege");
    check(!read_first, "[physdev.right] and is refused before its argument is read");
    check(physdev(&v0, PHYSDEVOP_pirq_eoi_gmfn_v2, NULL) == -ENOSYS, "what is not there is -ENOSYS");
    check(physdev(&v0, PHYSDEVOP_eoi, NULL) == -EFAULT, "an argument that cannot be read is -EFAULT");
    check(on_pirq_bind(&domu, 11, false) == -EPERM, "[irqs.owner] a domU binds no interrupt");
}

static void privilege(void)
{
    struct physdev_set_iopl iopl = {.iopl = 1};
    struct physdev_set_iobitmap map = {.nr_ports = 65537};

    check(physdev(&vu, PHYSDEVOP_set_iopl, &iopl) == 0 && vu.iopl == 1 && !v0.iopl, "iopl is per vCPU");
    iopl.iopl = 4;
    check(physdev(&v0, PHYSDEVOP_set_iopl, &iopl) == -EINVAL, "iopl 4 is none");
    check(physdev(&v0, PHYSDEVOP_set_iobitmap, &map) == -EINVAL, "65537 ports are too many");
    map.nr_ports = 1024;
    map.bitmap.p = (uint8_t *)HOLE_START - 64;
    check(physdev(&v0, PHYSDEVOP_set_iobitmap, &map) == -EINVAL, "a bitmap in the hole");
    map.bitmap.p = (uint8_t *)0x1000;
    check(physdev(&v0, PHYSDEVOP_set_iobitmap, &map) == 0 && v0.io_bitmap_ports == 1024, "a bitmap");
}

static void gsi_life(void)
{
    struct physdev_map_pirq m = {.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = 11, .pirq = -1};
    struct physdev_setup_gsi s = {.gsi = 11, .triggering = 1, .polarity = 1};
    struct physdev_irq vector = {.irq = 200};
    struct physdev_irq_status_query q = {.irq = 11};
    struct physdev_eoi e = {.irq = 11};

    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == 0 && m.pirq == 11, "map_pirq: pirq is the GSI");
    check(physdev(&v0, PHYSDEVOP_alloc_irq_vector, &vector) == 0, "alloc_irq_vector");
    check(physdev(&v0, PHYSDEVOP_setup_gsi, &s) == 0, "setup_gsi");
    check(physdev(&v0, PHYSDEVOP_setup_gsi, &s) == -EEXIST, "setup_gsi again");
    check(on_pirq_bind(&dom0, 11, true) == 0 && !fake_pin[11].is_masked, "bound");
    check(on_pirq_bind(&dom0, 11, true) == -EBUSY, "once");
    check(physdev(&v0, PHYSDEVOP_irq_status_query, &q) == 0 && q.flags & XENIRQSTAT_needs_eoi, "needs eoi");
    irq_dispatch(fake_pin[11].vector);
    check(raised[11] == 1 && fake_pin[11].is_masked, "arrives once, then waits");
    check(physdev(&v0, PHYSDEVOP_eoi, &e) == 0 && !fake_pin[11].is_masked, "eoi");
    check(physdev(&v0, PHYSDEVOP_eoi, &e) == 0, "an eoi of nothing succeeds");
    on_pirq_unbind(&dom0, 11);
    check(fake_pin[11].is_masked && on_pirq_bind(&dom0, 11, true) == 0, "unbound and bound again");
    m.index = FAKE_GSIS;
    m.pirq = -1;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "no such GSI");
    m.index = -1;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "GSI -1");
    s.gsi = -1;
    check(physdev(&v0, PHYSDEVOP_setup_gsi, &s) == -EINVAL, "setup of GSI -1");
    e.irq = ~0u;
    check(physdev(&v0, PHYSDEVOP_eoi, &e) == -EINVAL, "eoi of no interrupt");
    m.domid = 5;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EPERM, "for another domain");
}

static void msi_life(void)
{
    struct physdev_map_pirq m = {.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_MSI_SEG, .index = -1,
                                 .pirq = -1, .devfn = 0x18, .entry_nr = 3, .table_base = 0xfebf0000};
    struct physdev_unmap_pirq u = {.domid = DOMID_SELF};
    int pirq;

    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == 0 && m.pirq >= FAKE_GSIS, "an MSI-X entry is mapped");
    u.pirq = pirq = m.pirq;
    check(on_pirq_bind(&dom0, (unsigned)pirq, false) == 0 && !fake_msi[3].is_masked, "and bound");
    irq_dispatch(fake_msi[3].vector);
    check(raised[pirq] == 1, "and arrives");
    check(physdev(&v0, PHYSDEVOP_unmap_pirq, &u) == 0 && fake_msi[3].is_masked, "and is unmapped");
    on_pirq_unbind(&dom0, (unsigned)pirq);
    check(physdev(&v0, PHYSDEVOP_unmap_pirq, &u) == -EINVAL, "once");
    m.pirq = -1;
    m.devfn = 0x20;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "[msi.table] a table that lies in RAM");
    m.devfn = 0x21;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "or among the local APICs");
    m.devfn = 0x28;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -ENODEV, "no such device");
    m.devfn = 0x118;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "a function beyond the bus");
    m.devfn = 0x18;
    m.entry_nr = -1;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "entry -1");
    m.type = MAP_PIRQ_TYPE_MULTI_MSI;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == -EINVAL, "several messages: refused");
    m.type = MAP_PIRQ_TYPE_MSI;
    m.entry_nr = 0;
    m.table_base = 0;
    m.pirq = -1;
    check(physdev(&v0, PHYSDEVOP_map_pirq, &m) == 0, "MSI in the old form");
}

static long platform(struct vcpu *v, uint32_t cmd, struct xen_platform_op *op)
{
    op->cmd = cmd;
    op->interface_version = XENPF_INTERFACE_VERSION;
    return hc_platform_op(v, GPTR((uint64_t)op));
}

static void platform_ops(void)
{
    struct xen_platform_op op = {0};

    check(platform(&vu, XENPF_settime64, &op) == -EPERM, "platform_op is dom0's");
    op.interface_version = 1;
    check(hc_platform_op(&v0, GPTR((uint64_t)&op)) == -EACCES, "another interface version");
    check(platform(&v0, XENPF_add_memtype, &op) == -ENOSYS, "no MTRRs");
    check(platform(&v0, 319, &op) == -ENOSYS, "a number whose low byte is a known one");
    check(platform(&v0, XENPF_firmware_info, &op) == -ESRCH, "no firmware information");
    op.u.settime64 = (struct xenpf_settime64){.secs = 2000, .nsecs = 7, .system_time = 1000};
    check(platform(&v0, XENPF_settime64, &op) == 0 && wall == 2000000000007 - 1000, "settime64");
    op.u.settime64.mbz = 1;
    check(platform(&v0, XENPF_settime64, &op) == -EINVAL, "mbz");
    op.u.settime64 = (struct xenpf_settime64){.secs = ~0ull};
    check(platform(&v0, XENPF_settime64, &op) == -EINVAL, "a time beyond all");
    op.u.settime32 = (struct xenpf_settime32){.secs = 5, .nsecs = 1000000000};
    check(platform(&v0, XENPF_settime32, &op) == -EINVAL, "too many nanoseconds");
    op.u.enter_acpi_sleep = (struct xenpf_enter_acpi_sleep){.sleep_state = 3};
    check(platform(&v0, XENPF_enter_acpi_sleep, &op) == -EINVAL, "no suspend to RAM");
    acpi.cpus = 2;
    acpi.cpu[1].apic_id = 9;
    op.u.pcpu_info = (struct xenpf_pcpuinfo){.xen_cpuid = 1};
    check(platform(&v0, XENPF_get_cpuinfo, &op) == 0 && op.u.pcpu_info.apic_id == 9 &&
              op.u.pcpu_info.max_present == 1,
          "get_cpuinfo");
    op.u.pcpu_info.xen_cpuid = 2;
    check(platform(&v0, XENPF_get_cpuinfo, &op) == 0 && op.u.pcpu_info.flags == XEN_PCPU_FLAGS_INVALID,
          "get_cpuinfo of a CPU that is not there");
}

static void versions(void)
{
    struct xen_feature_info f = {0};
    char text[1024];
    guest_ptr to = GPTR((uint64_t)text);
    uint32_t must = 1u << XENFEAT_mmu_pt_update_preserve_ad | 1u << XENFEAT_gnttab_map_avail_bits;
    uint32_t never = 1u << XENFEAT_writable_page_tables | 1u << XENFEAT_auto_translated_physmap |
                     1u << XENFEAT_hvm_callback_vector;

    check(hc_xen_version(&v0, XENVER_version, GPTR(0)) == 0x40011, "4.17");
    hc_xen_version(&v0, XENVER_get_features, GPTR((uint64_t)&f));
    check((f.submap & must) == must && !(f.submap & never), "features Linux insists on");
    check(f.submap & 1u << XENFEAT_dom0, "dom0 is told that it is");
    hc_xen_version(&vu, XENVER_get_features, GPTR((uint64_t)&f));
    check(!(f.submap & 1u << XENFEAT_dom0), "a domU is not");
    f.submap_idx = 1;
    check(hc_xen_version(&v0, XENVER_get_features, GPTR((uint64_t)&f)) == -EINVAL, "one submap only");
    version_set_command_line("a command line that is a good deal longer than the capabilities");
    hc_xen_version(&v0, XENVER_commandline, to);
    memset(text, 'x', sizeof(text));
    check(hc_xen_version(&v0, XENVER_capabilities, to) == 0 && !strncmp(text, "xen-3.0-x86_64", 14), "capabilities");
    check(!text[1023] && !text[40], "the rest of the answer is zero");
    version_set_command_line("console=com1");
    check(hc_xen_version(&v0, XENVER_commandline, to) == 0 && !strcmp(text, "console=com1"), "command line");
    check(hc_xen_version(&vu, XENVER_commandline, to) == -EPERM, "not for a domU");
    check(hc_xen_version(&v0, 99, to) == -ENOSYS, "what is not there");
    check(hc_xen_version(&v0, XENVER_extraversion, GPTR(0)) == -EFAULT, "nowhere to write");
    check(hc_vm_assist(&v0, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables) == 0 &&
              v0.vm_assist == 1u << VMASST_TYPE_writable_pagetables,
          "vm_assist on");
    check(hc_vm_assist(&v0, VMASST_CMD_disable, VMASST_TYPE_writable_pagetables) == 0 && !v0.vm_assist,
          "and off");
    check(hc_vm_assist(&v0, VMASST_CMD_enable, VMASST_TYPE_m2p_strict) == -EINVAL &&
              hc_vm_assist(&v0, VMASST_CMD_enable, ~0u) == -EINVAL &&
              hc_vm_assist(&v0, 2, 0) == -ENOSYS,
          "what is not known");
}

static void console(void)
{
    static char text[1000];
    guest_ptr p = GPTR((uint64_t)text);

    check(hc_console_io(&vu, CONSOLEIO_write, 5, p) == -EPERM, "the console is not for a domU");
    check(hc_console_io(&v0, CONSOLEIO_write, 1000, p) == 0 && written == 1000, "1000 bytes are written");
    written = 0;
    preempt_after = 256;
    check(hc_console_io(&v0, CONSOLEIO_write, 1000, p) == -ERESTART && written == 256, "stops when asked");
    check(v0.restart.changed == 6 && v0.restart.arg[1] == 744 && v0.restart.arg[2] == p.va + 256,
          "and says where to go on");
    preempt_after = ~0u;
    check(hc_console_io(&v0, CONSOLEIO_write, 744, gptr_add(p, 256)) == 0 && written == 1000, "and does");
    check(hc_console_io(&v0, CONSOLEIO_read, 1000, p) == 10, "reading gives what there is");
    check(hc_console_io(&v0, CONSOLEIO_read, 4, p) == 4, "at most what fits");
    check(hc_console_io(&v0, CONSOLEIO_write, 10, GPTR(0)) == -EFAULT, "a bad buffer");
    check(hc_console_io(&v0, 7, 10, p) == -ENOSYS, "what is not there");
    on_console_input();
    check(virqs == 1, "input raises VIRQ_CONSOLE");
}

int main(void)
{
    dom0.vcpus[0] = &v0;
    domu.vcpus[0] = &vu;
    dom0.vcpu_count = domu.vcpu_count = 1;
    irq_init();
    irqs_give(&dom0);
    rights();
    privilege();
    gsi_life();
    msi_life();
    platform_ops();
    versions();
    console();
    return check_end();
}
