/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUID as a guest kernel sees it.
 *
 * [cpuid.allow] a bit is visible when a rule below keeps it; a leaf without a rule is all zero. New
 *               processors bring new bits, and a bit nobody has thought about is a bit a guest acts
 * on.
 *
 * User programs execute CPUID natively and see the real processor; so what must not be *used* is
 * off in the hardware too (CR4.OSXSAVE, FSGSBASE, PKE, UMIP stay clear).
 *
 * Hidden on purpose, beside what ring 3 cannot have: large pages and global pages (the page-table
 * audit knows neither), MCE and MTRR (the hypervisor's), thread and core counts (a vCPU is not
 * bound to a core).
 */
#include "pv/emulate.h"

#include "lib/string.h"

#include <xen/arch-x86/cpuid.h>

#define B(n)         (1u << (n))
#define ALL          (~0u)
#define ANY_SUB      (~0u)

#define XEN_VERSION  (4u << 16 | 17)
#define HIGHEST_LOW  0x16u
#define HIGHEST_HIGH 0x80000021u
#define TSC_NATIVE   2u /* tsc_mode: never emulated */

enum need {
    NEED_NOTHING = 0,
    NEED_XSAVE = 1, /* these three as in XCR0: x87, AVX, AVX-512 */
    NEED_AVX = 1 << 2,
    NEED_AVX512 = 1 << 5,
    NEED_TSC_AUX = 1 << 15,
};

struct rule {
    uint32_t leaf, sub;
    enum need need;
    struct cpuid keep;
};

/* FPU DE TSC MSR PAE CX8 PAT CMOV MMX FXSR: leaf 1 and AMD's copy in 0x80000001. Without APIC, SEP,
 * CLFLUSH. */
#define BASE_EDX (B(0) | B(2) | B(4) | B(5) | B(6) | B(8) | B(15) | B(16) | B(23) | B(24))

/* By rising leaf; for a leaf ANY_SUB means all subleaves without rules of their own before. */
static const struct rule rules[] = {
    {0x0, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}},
    {0x1,
     ANY_SUB,
     NEED_NOTHING,
     {ALL, 0x0000ffff,
      /* SSE3 PCLMULQDQ SSSE3 CX16 SSE4.1 SSE4.2 MOVBE POPCNT AES RDRAND */
      B(0) | B(1) | B(9) | B(13) | B(19) | B(20) | B(22) | B(23) | B(25) | B(30),
      /* APIC SEP CLFLUSH SSE SSE2 SS */
      BASE_EDX | B(9) | B(11) | B(19) | B(25) | B(26) | B(27)}},
    {0x1, ANY_SUB, NEED_XSAVE, {0, 0, B(26), 0}},               /* XSAVE */
    {0x1, ANY_SUB, NEED_AVX, {0, 0, B(12) | B(28) | B(29), 0}}, /* FMA AVX F16C */
    {0x2, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}},
    {0x4, ANY_SUB, NEED_NOTHING, {0x3fff, ALL, ALL, ALL}}, /* caches, not shared */
    {0x7,
     0,
     NEED_NOTHING,
     {ALL, /* the highest subleaf, see adjust() */
      /* BMI1 FDP_EXCP_ONLY BMI2 ERMS NO_FPU_SEL RDSEED ADX CLFLUSHOPT CLWB SHA */
      B(3) | B(6) | B(8) | B(9) | B(13) | B(18) | B(19) | B(23) | B(24) | B(29),
      B(8) | B(25) | B(27) | B(28),                 /* GFNI CLDEMOTE MOVDIRI MOVDIR64B */
      B(4) | B(10) | B(14)}},                       /* FSRM MD_CLEAR SERIALIZE */
    {0x7, 0, NEED_TSC_AUX, {0, 0, B(22), 0}},       /* RDPID */
    {0x7, 0, NEED_AVX, {0, B(5), B(9) | B(10), 0}}, /* AVX2 VAES VPCLMULQDQ */
    {0x7,
     0,
     NEED_AVX512,
     {0, B(16) | B(17) | B(21) | B(28) | B(30) | B(31),       /* F DQ IFMA CD BW VL */
      B(1) | B(6) | B(11) | B(12) | B(14),                    /* VBMI VBMI2 VNNI BITALG VPOPCNTDQ */
      B(2) | B(3) | B(8)}},                                   /* 4VNNIW 4FMAPS VP2INTERSECT */
    {0x7, 1, NEED_NOTHING, {B(10) | B(11) | B(12), 0, 0, 0}}, /* short REP: MOVS STOS CMPS */
    {0x7, 1, NEED_AVX, {B(4), 0, 0, 0}},                      /* AVX_VNNI */
    {0x7, 1, NEED_AVX512, {B(5), 0, 0, 0}},                   /* AVX512_BF16 */
    {0xd, 0, NEED_XSAVE, {ALL, ALL, ALL, ALL}},               /* see xsave_leaf() */
    {0xd, 1, NEED_XSAVE, {B(0) | B(1) | B(2), ALL, 0, 0}},    /* XSAVEOPT XSAVEC XGETBV1 */
    {0xd, ANY_SUB, NEED_XSAVE, {ALL, ALL, B(1), 0}},
    {0x15, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, 0}}, /* TSC and crystal frequency */
    {0x16, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, 0}}, /* nominal frequencies */
    {0x80000000, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}},
    {0x80000001,
     ANY_SUB,
     NEED_NOTHING,
     {ALL, 0,
      /* LAHF ABM SSE4A MISALIGNSSE 3DNOWPREFETCH TBM */
      B(0) | B(5) | B(6) | B(7) | B(8) | B(21),
      /* APIC SYSCALL NX MMXEXT LM 3DNOWEXT 3DNOW */
      BASE_EDX | B(9) | B(11) | B(20) | B(22) | B(29) | B(30) | B(31)}},
    {0x80000001, ANY_SUB, NEED_AVX, {0, 0, B(11) | B(16), 0}}, /* XOP FMA4 */
    {0x80000001, ANY_SUB, NEED_TSC_AUX, {0, 0, 0, B(27)}},     /* RDTSCP */
    {0x80000002, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}}, /* brand string */
    {0x80000003, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}},
    {0x80000004, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}},
    {0x80000005, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}}, /* caches and TLBs */
    {0x80000006, ANY_SUB, NEED_NOTHING, {ALL, ALL, ALL, ALL}},
    {0x80000007, ANY_SUB, NEED_NOTHING, {0, 0, 0, B(8)}}, /* invariant TSC */
    {0x80000008,
     ANY_SUB,
     NEED_NOTHING,
     {0xffff, B(0) | B(2) | B(26) | B(29), 0, 0}}, /* CLZERO RSTR_FP_ERR_PTRS SSB_NO BTC_NO */
    {0x80000021, ANY_SUB, NEED_NOTHING, {B(2) | B(6), 0, 0, 0}}, /* LFENCE_DISPATCH NSCB */
};

/* What is offered: written once, before any guest. */
static uint64_t offered_xcr0;
static bool offered_tsc_aux;

/* The rules that apply, those of a leaf and subleaf in one; in the order of rules[]. Likewise. The last is of no leaf. */
static struct mask {
    uint32_t leaf, sub;
    struct cpuid keep;
} masks[ARRAY_SIZE(rules) + 1];

#define LEAVES 0x22u /* that can have masks, from 0 and from 0x80000000 on */
_Static_assert(HIGHEST_LOW < LEAVES && (HIGHEST_HIGH & ~B(31)) < LEAVES, "LEAVES");
static uint8_t first_mask[2][LEAVES];

uint64_t cpuid_xcr0(void)
{
    return offered_xcr0;
}

bool cpuid_has_tsc_aux(void)
{
    return offered_tsc_aux;
}

static bool is_offered(enum need need)
{
    if (need == NEED_TSC_AUX)
        return offered_tsc_aux;
    return (offered_xcr0 & need) == need;
}

static void mask_add(struct mask *m, const struct rule *r)
{
    m->leaf = r->leaf;
    m->sub = r->sub;
    if (!is_offered(r->need))
        return;
    m->keep.eax |= r->keep.eax;
    m->keep.ebx |= r->keep.ebx;
    m->keep.ecx |= r->keep.ecx;
    m->keep.edx |= r->keep.edx;
}

void cpuid_init(uint64_t xcr0, bool tsc_aux)
{
    unsigned n = 0, last = ARRAY_SIZE(masks) - 1;

    offered_xcr0 = xcr0;
    offered_tsc_aux = tsc_aux;
    memset(masks, 0, sizeof(masks));
    memset(first_mask, (int)last, sizeof(first_mask));
    masks[last].leaf = ~0u;
    for (const struct rule *r = rules; r < rules + ARRAY_SIZE(rules); r++) {
        if (r > rules && (r->leaf != r[-1].leaf || r->sub != r[-1].sub))
            n++;
        mask_add(&masks[n], r);
        if (r == rules || r->leaf != r[-1].leaf)
            first_mask[r->leaf >> 31][r->leaf & ~B(31)] = n;
    }
}

/* All bits some rule keeps; NULL: none. */
static inline const struct cpuid *kept(uint32_t leaf, uint32_t sub)
{
    if (unlikely((leaf & ~B(31)) >= LEAVES))
        return NULL;
    for (const struct mask *m = &masks[first_mask[leaf >> 31][leaf & ~B(31)]]; m->leaf == leaf; m++)
        if (m->sub == sub || m->sub == ANY_SUB)
            return &m->keep;
    return NULL;
}

/* Bytes an XSAVE area needs for the components offered (SDM vol. 1, 13.4.2). */
static uint32_t xsave_bytes(void)
{
    uint32_t bytes = 512 + 64;

    for (unsigned i = 2; i < 63; i++) {
        if (!(offered_xcr0 >> i & 1))
            continue;
        struct cpuid part = cpuid(0xd, i);
        bytes = MAX(bytes, part.eax + part.ebx);
    }
    return bytes;
}

static void xsave_leaf(struct cpuid *a, uint32_t sub)
{
    if (!offered_xcr0)
        return;
    if (sub == 0) {
        a->eax = (uint32_t)offered_xcr0;
        a->edx = offered_xcr0 >> 32;
        a->ecx = xsave_bytes();
    }
    if (sub >= 2 && !(sub < 63 && offered_xcr0 >> sub & 1))
        *a = (struct cpuid){0};
}

/* What no mask can say. */
static void adjust(struct cpuid *a, uint32_t leaf, uint32_t sub)
{
    switch (leaf) {
    case 0:
        a->eax = MIN(a->eax, HIGHEST_LOW);
        break;
    case 1: /* OSXSAVE shows that XSAVE is on offer, whatever the guest did to CR4 */
        a->ecx |= B(31) | (a->ecx & B(26)) << 1;
        break;
    case 7:
        if (sub == 0)
            a->eax = MIN(a->eax, 1u);
        break;
    case 0xd:
        xsave_leaf(a, sub);
        break;
    case 0x80000000:
        a->eax = MIN(a->eax, HIGHEST_HIGH);
        break;
    case 0x80000008: /* physical and linear address width; five-level tables are not there */
        a->eax = (a->eax & 0xff) | MIN(a->eax >> 8, 48u) << 8;
        break;
    }
}

/* The hypervisor's own leaves (<xen/arch-x86/cpuid.h>). */
static struct cpuid own_answer(uint32_t leaf, uint32_t sub)
{
    switch (leaf - XEN_CPUID_FIRST_LEAF) {
    case 0:
        return (struct cpuid){XEN_CPUID_LEAF(XEN_CPUID_MAX_NUM_LEAVES), XEN_CPUID_SIGNATURE_EBX,
                              XEN_CPUID_SIGNATURE_ECX, XEN_CPUID_SIGNATURE_EDX};
    case 1:
        return (struct cpuid){XEN_VERSION, 0, 0, 0};
    case 2:
        return (struct cpuid){1, 0x40000000, XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD, 0};
    case 3:
        if (sub == 0)
            return (struct cpuid){0, TSC_NATIVE, clock_tsc_khz(), 0};
        return (struct cpuid){sub == 2 ? clock_tsc_khz() : 0, 0, 0, 0};
    default: /* no HVM features; no limit on machine addresses */
        return (struct cpuid){0};
    }
}

struct cpuid cpuid_answer(const struct vcpu *v, uint32_t leaf, uint32_t sub)
{
    if (leaf >> 8 == XEN_CPUID_FIRST_LEAF >> 8)
        return own_answer(leaf, sub);
    const struct cpuid *keep = kept(leaf, sub);
    struct cpuid a = {0};

    if (!keep)
        return a;
    a = cpuid(leaf, sub);
    a.eax &= keep->eax;
    a.ebx &= keep->ebx;
    a.ecx &= keep->ecx;
    a.edx &= keep->edx;
    adjust(&a, leaf, sub);
    return a;
}
