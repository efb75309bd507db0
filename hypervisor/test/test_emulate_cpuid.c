/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID and MSRs: against a processor that has every bit set, so whatever a real model reports is
 * covered; and against one that has none. Proves [cpuid.allow] and [msr.listed].
 */
#include "machine.h"
#include "pv/emulate.h"

static struct domain domain;
static struct vcpu vcpu;

static struct cpuid everything(uint32_t leaf, uint32_t sub)
{
    return (struct cpuid){~0u, ~0u, ~0u, ~0u};
}

static struct cpuid nothing(uint32_t leaf, uint32_t sub)
{
    return (struct cpuid){0};
}

/* XSAVE components of AVX and AVX-512, as Intel lays them out. */
static struct cpuid avx512_machine(uint32_t leaf, uint32_t sub)
{
    static const struct cpuid parts[8] = {[2] = {256, 576, 0, 0},
                                          [5] = {64, 1088, 0, 0},
                                          [6] = {512, 1152, 0, 0},
                                          [7] = {1024, 1664, 0, 0}};

    if (leaf == 0xd && sub >= 2)
        return sub < 8 ? parts[sub] : (struct cpuid){~0u, ~0u, ~0u, ~0u};
    if (leaf == 0xd)
        return (struct cpuid){0x602e7, 832, 11008, 0};
    return everything(leaf, sub);
}

enum { EAX, EBX, ECX, EDX };

struct feature {
    const char *name;
    uint32_t leaf, sub;
    uint8_t reg, bit;
};

static const struct feature hidden[] = {
    {"VME", 1, 0, EDX, 1},
    {"PSE", 1, 0, EDX, 3},
    {"MCE", 1, 0, EDX, 7},
    {"MTRR", 1, 0, EDX, 12},
    {"PGE", 1, 0, EDX, 13},
    {"MCA", 1, 0, EDX, 14},
    {"PSE36", 1, 0, EDX, 17},
    {"DS", 1, 0, EDX, 21},
    {"ACPI", 1, 0, EDX, 22},
    {"HTT", 1, 0, EDX, 28},
    {"TM1", 1, 0, EDX, 29},
    {"PBE", 1, 0, EDX, 31},
    {"DTES64", 1, 0, ECX, 2},
    {"MONITOR", 1, 0, ECX, 3},
    {"DSCPL", 1, 0, ECX, 4},
    {"VMX", 1, 0, ECX, 5},
    {"SMX", 1, 0, ECX, 6},
    {"EIST", 1, 0, ECX, 7},
    {"TM2", 1, 0, ECX, 8},
    {"XTPR", 1, 0, ECX, 14},
    {"PDCM", 1, 0, ECX, 15},
    {"PCID", 1, 0, ECX, 17},
    {"DCA", 1, 0, ECX, 18},
    {"X2APIC", 1, 0, ECX, 21},
    {"TSC_DEADLINE", 1, 0, ECX, 24},
    {"FSGSBASE", 7, 0, EBX, 0},
    {"TSC_ADJUST", 7, 0, EBX, 1},
    {"SGX", 7, 0, EBX, 2},
    {"HLE", 7, 0, EBX, 4},
    {"SMEP", 7, 0, EBX, 7},
    {"INVPCID", 7, 0, EBX, 10},
    {"RTM", 7, 0, EBX, 11},
    {"PQM", 7, 0, EBX, 12},
    {"MPX", 7, 0, EBX, 14},
    {"PQE", 7, 0, EBX, 15},
    {"SMAP", 7, 0, EBX, 20},
    {"PROC_TRACE", 7, 0, EBX, 25},
    {"UMIP", 7, 0, ECX, 2},
    {"PKU", 7, 0, ECX, 3},
    {"OSPKE", 7, 0, ECX, 4},
    {"WAITPKG", 7, 0, ECX, 5},
    {"CET_SS", 7, 0, ECX, 7},
    {"LA57", 7, 0, ECX, 16},
    {"ENQCMD", 7, 0, ECX, 29},
    {"PKS", 7, 0, ECX, 31},
    {"UINTR", 7, 0, EDX, 5},
    {"HYBRID", 7, 0, EDX, 15},
    {"CET_IBT", 7, 0, EDX, 20},
    {"AMX", 7, 0, EDX, 24},
    {"IBRS", 7, 0, EDX, 26},
    {"STIBP", 7, 0, EDX, 27},
    {"L1D_FLUSH", 7, 0, EDX, 28},
    {"ARCH_CAPS", 7, 0, EDX, 29},
    {"SSBD", 7, 0, EDX, 31},
    {"LAM", 7, 1, EAX, 26},
    {"CMP_LEGACY", 0x80000001, 0, ECX, 1},
    {"SVM", 0x80000001, 0, ECX, 2},
    {"EXTAPIC", 0x80000001, 0, ECX, 3},
    {"OSVW", 0x80000001, 0, ECX, 9},
    {"IBS", 0x80000001, 0, ECX, 10},
    {"SKINIT", 0x80000001, 0, ECX, 12},
    {"WDT", 0x80000001, 0, ECX, 13},
    {"LWP", 0x80000001, 0, ECX, 15},
    {"NODEID", 0x80000001, 0, ECX, 19},
    {"TOPOEXT", 0x80000001, 0, ECX, 22},
    {"PERFCTR", 0x80000001, 0, ECX, 23},
    {"DBEXT", 0x80000001, 0, ECX, 26},
    {"MWAITX", 0x80000001, 0, ECX, 29},
    {"PSE copy", 0x80000001, 0, EDX, 3},
    {"PGE copy", 0x80000001, 0, EDX, 13},
    {"FFXSR", 0x80000001, 0, EDX, 25},
    {"PAGE1GB", 0x80000001, 0, EDX, 26},
    {"IBPB", 0x80000008, 0, EBX, 12},
    {"AMD_IBRS", 0x80000008, 0, EBX, 14},
    {"AMD_STIBP", 0x80000008, 0, EBX, 15},
    {"AMD_SSBD", 0x80000008, 0, EBX, 24},
    {"VIRT_SSBD", 0x80000008, 0, EBX, 25},
    {"XSAVES", 0xd, 1, EAX, 3},
    {"ARAT", 6, 0, EAX, 2},
    {"APERFMPERF", 6, 0, ECX, 0},
};

/* Offered only with XSAVE, or with TSC_AUX. */
static const struct feature conditional[] = {
    {"XSAVE", 1, 0, ECX, 26},
    {"OSXSAVE", 1, 0, ECX, 27},
    {"AVX", 1, 0, ECX, 28},
    {"FMA", 1, 0, ECX, 12},
    {"F16C", 1, 0, ECX, 29},
    {"AVX2", 7, 0, EBX, 5},
    {"VAES", 7, 0, ECX, 9},
    {"AVX512F", 7, 0, EBX, 16},
    {"VBMI", 7, 0, ECX, 1},
    {"AVX_VNNI", 7, 1, EAX, 4},
    {"XOP", 0x80000001, 0, ECX, 11},
    {"RDPID", 7, 0, ECX, 22},
    {"RDTSCP", 0x80000001, 0, EDX, 27},
};

static const struct feature needed[] = {
    /* what Debian's kernel cannot do without, and what is good to have */
    {"FPU", 1, 0, EDX, 0},           {"TSC", 1, 0, EDX, 4},
    {"MSR", 1, 0, EDX, 5},           {"PAE", 1, 0, EDX, 6},
    {"CX8", 1, 0, EDX, 8},           {"APIC", 1, 0, EDX, 9},
    {"SEP", 1, 0, EDX, 11},          {"CMOV", 1, 0, EDX, 15},
    {"PAT", 1, 0, EDX, 16},          {"CLFLUSH", 1, 0, EDX, 19},
    {"FXSR", 1, 0, EDX, 24},         {"SSE", 1, 0, EDX, 25},
    {"SSE2", 1, 0, EDX, 26},         {"CX16", 1, 0, ECX, 13},
    {"POPCNT", 1, 0, ECX, 23},       {"HYPERVISOR", 1, 0, ECX, 31},
    {"ERMS", 7, 0, EBX, 9},          {"SYSCALL", 0x80000001, 0, EDX, 11},
    {"NX", 0x80000001, 0, EDX, 20},  {"LM", 0x80000001, 0, EDX, 29},
    {"ITSC", 0x80000007, 0, EDX, 8},
};

static bool has(const struct feature *f)
{
    struct cpuid a = cpuid_answer(&vcpu, f->leaf, f->sub);
    uint32_t word[4] = {a.eax, a.ebx, a.ecx, a.edx};

    return word[f->reg] >> f->bit & 1;
}

static void check_all(const struct feature *f, unsigned n, bool want, const char *name)
{
    bool ok = true;

    for (unsigned i = 0; i < n; i++)
        if (has(&f[i]) != want) {
            check(false, f[i].name);
            ok = false;
        }
    check(ok, name);
}

static bool is_zero(uint32_t leaf, uint32_t sub)
{
    struct cpuid a = cpuid_answer(&vcpu, leaf, sub);

    return !(a.eax | a.ebx | a.ecx | a.edx);
}

static void check_unknown_leaves(void)
{
    bool ok = true;

    for (uint32_t leaf = 0x17; leaf < 0x200; leaf++)
        ok &= is_zero(leaf, 0) && is_zero(0x80000022 + leaf, 0) && is_zero(0x8fffff00 + leaf, 0);
    ok &= is_zero(3, 0) && is_zero(5, 0) && is_zero(6, 0) && is_zero(8, 0) && is_zero(9, 0) &&
          is_zero(0xa, 0) && is_zero(0xb, 0) && is_zero(0xb, 1) && is_zero(0xf, 0) &&
          is_zero(0x12, 0) && is_zero(0x14, 0) && is_zero(7, 2) && is_zero(0x8000000a, 0) &&
          is_zero(0x8000001d, 0) && is_zero(0x8000001e, 0) && is_zero(0x8000001f, 0);
    check(ok, "leaves without a rule are zero");
}

static void check_own_leaves(void)
{
    struct cpuid a = cpuid_answer(&vcpu, 0x40000000, 0);

    check(a.eax == 0x40000005 && a.ebx == 0x566e6558 && a.ecx == 0x65584d4d && a.edx == 0x4d4d566e,
          "leaf 40000000: the signature");
    check(cpuid_answer(&vcpu, 0x40000001, 0).eax == 0x40011, "leaf 40000001: version 4.17");
    a = cpuid_answer(&vcpu, 0x40000002, 0);
    check(a.eax == 1 && a.ebx == 0x40000000 && a.ecx == 1,
          "leaf 40000002: MSR base, updates preserve accessed and dirty");
    a = cpuid_answer(&vcpu, 0x40000003, 0);
    check(a.ebx == 2 && a.ecx == 1000000, "leaf 40000003: the TSC is native");
    check(is_zero(0x40000004, 0) && is_zero(0x40000005, 0) && is_zero(0x40000100 - 1, 0),
          "leaf 40000004 and up: nothing");
}

static void check_shape(void)
{
    struct cpuid a = cpuid_answer(&vcpu, 1, 0);

    check((a.ebx & 0xffff0000) == 0, "leaf 1: no APIC number, one thread");
    check(cpuid_answer(&vcpu, 0, 0).eax == 0x16 &&
              cpuid_answer(&vcpu, 0x80000000, 0).eax == 0x80000021,
          "the highest leaves are ours");
    check(cpuid_answer(&vcpu, 7, 0).eax == 1, "leaf 7: one more subleaf");
    check((cpuid_answer(&vcpu, 4, 0).eax & ~0x3fffu) == 0, "leaf 4: caches are not shared");
    a = cpuid_answer(&vcpu, 0x80000008, 0);
    check((a.eax >> 8 & 0xff) == 48 && a.ecx == 0, "leaf 80000008: 48-bit addresses, one core");
}

static void check_xsave(void)
{
    struct cpuid a;

    check(is_zero(0xd, 0) && is_zero(0xd, 1) && is_zero(0xd, 2), "without XSAVE leaf d is zero");
    machine.cpuid = avx512_machine;
    cpuid_init(7, false);
    a = cpuid_answer(&vcpu, 0xd, 0);
    check(a.eax == 7 && a.edx == 0 && a.ecx == 832, "AVX: components and size");
    check((cpuid_answer(&vcpu, 0xd, 1).eax & 8) == 0, "AVX: no XSAVES");
    check(!is_zero(0xd, 2) && is_zero(0xd, 5) && is_zero(0xd, 9) && is_zero(0xd, 17) &&
              is_zero(0xd, 80),
          "AVX: only its component");
    check_all(conditional, 7, true, "AVX: its features");
    check(!has(&conditional[7]) && !has(&conditional[8]), "AVX: not AVX-512");
    cpuid_init(0xe7, true);
    check(cpuid_answer(&vcpu, 0xd, 0).ecx == 2688, "AVX-512: size");
    check_all(conditional, ARRAY_SIZE(conditional), true, "AVX-512 and TSC_AUX: everything");
    check_all(hidden, ARRAY_SIZE(hidden), false, "and hidden is still hidden");
    cpuid_init(0, false);
}

/* --- MSRs --- */

static void check_bases(void)
{
    static const uint32_t bases[3] = {0xc0000100, 0xc0000101, 0xc0000102};
    bool ok = true, refused = true;
    uint64_t value;

    for (unsigned i = 0; i < 3; i++) {
        ok &= msr_write(&vcpu, bases[i], 0xffffffff83044000) && msr_read(&vcpu, bases[i], &value) &&
              value == 0xffffffff83044000 && machine.msr[i].value == value;
        refused &= !msr_write(&vcpu, bases[i], 0x800000000000) &&
                   !msr_write(&vcpu, bases[i], 0xffff7fffffffffff) &&
                   machine.msr[i].value == 0xffffffff83044000;
    }
    check(ok, "segment bases go to the hardware");
    check(refused, "addresses that are not canonical do not");
}

static bool reads_as(uint32_t msr, uint64_t want)
{
    uint64_t value;

    return msr_read(&vcpu, msr, &value) && value == want;
}

static void check_msrs(void)
{
    unsigned readable = 0, writable = 0;
    uint64_t value;

    machine.msr[0].number = 0xc0000100;
    machine.msr[1].number = 0xc0000101;
    machine.msr[2].number = 0xc0000102;
    machine.msr[3].number = 0x277;
    machine.msr[3].value = 0x0000050100070406;
    machine.msr[4].number = 0xc0000080;
    machine.msr[4].value = 0x1d01;
    machine.tsc = 12345;
    check_bases();
    check(reads_as(0x10, 12345) && !msr_write(&vcpu, 0x10, 0), "TSC");
    check(reads_as(0x1b, 0xfee00900), "APIC base of the first vCPU");
    vcpu.id = 1;
    check(reads_as(0x1b, 0xfee00800), "APIC base of another");
    check(reads_as(0x277, 0x0000050100070406) && !msr_write(&vcpu, 0x277, 0),
          "PAT is the hardware's");
    check(reads_as(0xc0000080, 0xd01) && msr_write(&vcpu, 0xc0000080, 0xd01) &&
              !msr_write(&vcpu, 0xc0000080, 0x501),
          "EFER: without SVM; only the same value is accepted");
    check(reads_as(0x8b, 0) && msr_write(&vcpu, 0x8b, 0) && !msr_write(&vcpu, 0x8b, 1),
          "microcode revision");
    check(!msr_read(&vcpu, 0xc0000103, &value) && value == 0, "no TSC_AUX unless offered");
    for (uint32_t i = 0; i < 0x2000; i++) { /* the architectural windows */
        static const uint32_t windows[] = {0, 0x40000000, 0xc0000000, 0xc0010000};
        for (unsigned w = 0; w < 4; w++) {
            readable += msr_read(&vcpu, windows[w] + i, &value);
            writable += msr_write(&vcpu, windows[w] + i, 0);
        }
    }
    check(readable == 16 && writable == 13, "sweep of 32768: what is listed answers, no more");
}

static void check_hypercall_page(void)
{
    uint8_t page[4096];

    hypercall_page_fill(page);
    check(page[0] == 0x51 && page[32 * 127 + 4] == 127 && page[32 * 127 + 13] == 0xc3 &&
              page[23 * 32 + 3] == 0x50 && page[23 * 32 + 11] == 0xcc && page[4095] == 0xcc,
          "hypercall page");
}

int main(void)
{
    machine_reset(&vcpu, &domain);
    machine.cpuid = everything;
    cpuid_init(0, false);
    check_all(hidden, ARRAY_SIZE(hidden), false, "hidden features");
    check_all(conditional, ARRAY_SIZE(conditional), false, "features not offered");
    check_all(needed, ARRAY_SIZE(needed), true, "features needed");
    check_unknown_leaves();
    check_own_leaves();
    check_shape();
    check_xsave();
    machine.cpuid = nothing;
    check_all(needed, 15, false, "nothing is made up");
    check(cpuid_answer(&vcpu, 1, 0).ecx == 1u << 31, "but the hypervisor bit");
    check_msrs();
    check_hypercall_page();
    return check_end();
}
