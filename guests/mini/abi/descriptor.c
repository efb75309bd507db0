/* SPDX-License-Identifier: BSD-2-Clause */
/* set_gdt, update_descriptor, the LDT: which descriptors are taken and what loading them does. */
#include "abi.h"

#define DATA_DPL3 0x00cff3000000fffful
#define DATA_DPL0 0x00cf93000000fffful
#define CODE_DPL3 0x00affb000000fffful
#define ABSENT    0x00cf73000000fffful
#define INT_GATE  0x0000ee0000000000ul
#define TSS_AVAIL 0x0000e9000000fffful
#define CALL_GATE 0x0000ec00e0330000ul

static u64 *gdt;

BODY(load_fs, "mov %%edi, %%fs")
BODY(load_gs_back, "xor %%eax, %%eax; mov %%eax, %%fs")
BODY(load_ss, "mov %%edi, %%ss; mov $0xe02b, %%eax; mov %%eax, %%ss")

static long set_gdt(u64 mfn, unsigned int entries)
{
    u64 frames[16] = {mfn};

    return hyp_set_gdt(frames, entries);
}

static void check_set(void)
{
    u64 *bad = page_alloc();

    gdt[1] = DATA_DPL3;
    gdt[2] = DATA_DPL0;
    gdt[3] = ABSENT;
    gdt[4] = CODE_DPL3;
    case_either("gdt-writable-page", set_gdt(va_mfn(gdt), 16), -EINVAL, -EBUSY);
    bad[1] = INT_GATE;
    page_set_ro(bad);
    case_either("gdt-interrupt-gate", set_gdt(va_mfn(bad), 16), -EINVAL, -EBUSY);
    page_set_rw(bad);
    page_free(bad);
    page_set_ro(gdt);
    case_long("gdt-too-many", set_gdt(va_mfn(gdt), 7169), -EINVAL);
    case_long("gdt-foreign", set_gdt(abi_foreign_mfn(), 16), -EINVAL);
    case_long("gdt-bad-pointer", hyp_set_gdt(HOLE_POINTER, 16), -EFAULT);
    case_long("gdt-none", hyp_set_gdt(0, 0), 0);
    case_long("gdt-set", set_gdt(va_mfn(gdt), 16), 0);
    case_either("gdt-page-writable", page_set_rw(gdt), -EINVAL, -EBUSY);
    case_either("gdt-page-as-table", mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(gdt), 0), -EINVAL, -EBUSY);
}

static void check_load(void)
{
    static const struct body_row rows[] = {
        {"load-data", load_fs, 0x0b, -1, 0},
        {"load-null", load_fs, 0, -1, 0},
        {"load-own-dpl0", load_fs, 0x13, -1, 0},
        {"load-absent", load_fs, 0x1b, 11, 0x18},
        {"load-past-entries", load_fs, 0x100b, 13, 0x1008},
        {"load-hypervisor-code", load_fs, 0xe008, 13, 0xe008},
        {"load-hypervisor-tss", load_fs, 0xe043, 13, 0xe040},
        {"load-flat", load_fs, 0xe02b, -1, 0},
        {"load-ss-code", load_ss, 0x23, 13, 0x20},
        {"load-ss-absent", load_ss, 0x1b, 12, 0x18},
        {"load-ss-data", load_ss, 0x0b, -1, 0},
    };

    abi_bodies(rows, ARRAY_SIZE(rows));
    trap_catch(load_gs_back, NULL);
}

static void check_update(void)
{
    u64 ma = va_maddr(gdt), *plain = page_alloc();

    case_long("update", hyp_update_descriptor(ma + 5 * 8, DATA_DPL3), 0);
    case_trap("update-loads", trap_catch(load_fs, (void *)0x2b), -1, 0);
    trap_catch(load_gs_back, NULL);
    case_long("update-clear", hyp_update_descriptor(ma + 5 * 8, 0), 0);
    case_trap("update-cleared", trap_catch(load_fs, (void *)0x2b), 13, 0x28);
    case_long("update-absent", hyp_update_descriptor(ma + 5 * 8, ABSENT), 0);
    case_long("update-dpl0", hyp_update_descriptor(ma + 5 * 8, DATA_DPL0), 0);
    case_hex("update-dpl0-raised", gdt[5] >> 45 & 3, 3);
    /* Xen carries out calls through gates itself; Vantage has none and takes none. */
    case_either("update-call-gate", hyp_update_descriptor(ma + 6 * 8, CALL_GATE), 0, -EINVAL);
    case_long("update-interrupt-gate", hyp_update_descriptor(ma + 5 * 8, INT_GATE), -EINVAL);
    case_long("update-tss", hyp_update_descriptor(ma + 5 * 8, TSS_AVAIL), -EINVAL);
    case_long("update-unaligned", hyp_update_descriptor(ma + 5 * 8 + 4, 0), -EINVAL);
    case_long("update-foreign", hyp_update_descriptor(abi_foreign_mfn() << PAGE_SHIFT, 0), -EINVAL);
    case_long("update-no-frame", hyp_update_descriptor(1ul << 50, 0), -EINVAL);
    case_long("update-plain-page", hyp_update_descriptor(va_maddr(plain), DATA_DPL3), 0);
    case_hex("update-plain-page-written", plain[0], DATA_DPL3);
    case_long("update-table", hyp_update_descriptor(pte_maddr(TEST_VA, 1), 0), -EINVAL);
    page_free(plain);
}

static void check_ldt(void)
{
    u64 *ldt = page_alloc();

    ldt[1] = DATA_DPL3;
    case_long("ldt-unaligned", mmuext(MMUEXT_SET_LDT, (u64)ldt + 8, 16), -EINVAL);
    case_long("ldt-too-many", mmuext(MMUEXT_SET_LDT, (u64)ldt, 8193), -EINVAL);
    case_long("ldt-hole", mmuext(MMUEXT_SET_LDT, HOLE_START, 16), -EINVAL);
    page_set_ro(ldt);
    case_long("ldt-set", mmuext(MMUEXT_SET_LDT, (u64)ldt, 16), 0);
    case_trap("ldt-load", trap_catch(load_fs, (void *)0x0f), -1, 0);
    trap_catch(load_gs_back, NULL);
    case_trap("ldt-empty-slot", trap_catch(load_fs, (void *)0x17), 13, 0x14);
    case_trap("ldt-past-end", trap_catch(load_fs, (void *)0x100f), 13, 0x100c);
    case_either("ldt-page-writable", page_set_rw(ldt), -EINVAL, -EBUSY);
    case_long("ldt-clear", mmuext(MMUEXT_SET_LDT, 0, 0), 0);
    case_long("ldt-cleared-writable", page_set_rw(ldt), 0);
    case_trap("ldt-none", trap_catch(load_fs, (void *)0x0f), 13, 0x0c);
    page_free(ldt);
}

void abi_descriptor(void)
{
    gdt = page_alloc();
    check_set();
    check_load();
    check_update();
    check_ldt();
    case_long("gdt-clear", hyp_set_gdt(0, 0), 0);
    case_long("gdt-cleared-writable", page_set_rw(gdt), 0);
    page_free(gdt);
}
