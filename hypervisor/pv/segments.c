/* SPDX-License-Identifier: BSD-2-Clause */
/* FS and GS bases. They live in the machine while their vCPU runs; guest kernel mode is loaded
 * here, so GS_BASE is the kernel's and KERNEL_GS_BASE the user's. [mode.gs] */
#include "hypercalls.h"
#include "pv/pv.h"
#include "pv/segments.h"
#include "x86/fixup.h"

/* Loads a selector into GS without touching the base that is active; a bad one becomes null. */
static void load_user_gs(uint16_t selector)
{
    __asm__ volatile("swapgs\n"
                     "1: mov %w0, %%gs\n"
                     "2: swapgs\n"
                     ".pushsection .text.fixup, \"ax\"\n"
                     "3: xor %%eax, %%eax\n mov %%eax, %%gs\n jmp 2b\n"
                     ".popsection" FIXUP(1b, 3b)
                     :
                     : "r"(selector)
                     : "rax", "memory");
}

long hc_set_segment_base(struct vcpu *v, uint32_t which, uint64_t base)
{
    if (which != SEGBASE_GS_USER_SEL && !is_canonical(base))
        return -EINVAL;
    switch (which) {
    case SEGBASE_FS:
        wrmsr(MSR_FS_BASE, base);
        return 0;
    case SEGBASE_GS_USER:
        wrmsr(MSR_KERNEL_GS_BASE, base);
        return 0;
    case SEGBASE_GS_KERNEL:
        wrmsr(MSR_GS_BASE, base);
        return 0;
    case SEGBASE_GS_USER_SEL:
        load_user_gs((uint16_t)base);
        return 0;
    default:
        return -EINVAL;
    }
}

#define READ_SELECTOR(name)                                                                        \
    ({                                                                                             \
        uint16_t s;                                                                                \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(s));                                         \
        s;                                                                                         \
    })

#define LOAD_SELECTOR(name, value)                                                                 \
    __asm__ volatile("1: mov %w0, %%" #name "\n2:\n"                                               \
                     ".pushsection .text.fixup, \"ax\"\n"                                          \
                     "3: xor %%eax, %%eax\n mov %%eax, %%" #name "\n jmp 2b\n"                     \
                     ".popsection" FIXUP(1b, 3b)                                                   \
                     :                                                                             \
                     : "r"(value)                                                                  \
                     : "rax", "memory")

void segments_save(struct vcpu *v)
{
    uint64_t active = rdmsr(MSR_GS_BASE), other = rdmsr(MSR_KERNEL_GS_BASE);

    v->ds = READ_SELECTOR(ds);
    v->es = READ_SELECTOR(es);
    v->fs = READ_SELECTOR(fs);
    v->gs = READ_SELECTOR(gs);
    v->fs_base = rdmsr(MSR_FS_BASE);
    v->gs_base_kernel = v->in_user ? other : active;
    v->gs_base_user = v->in_user ? active : other;
}

void segments_load(struct vcpu *v)
{
    LOAD_SELECTOR(ds, v->ds);
    LOAD_SELECTOR(es, v->es);
    LOAD_SELECTOR(fs, v->fs);
    LOAD_SELECTOR(gs, v->gs);
    wrmsr(MSR_FS_BASE, v->fs_base);
    wrmsr(MSR_GS_BASE, v->in_user ? v->gs_base_user : v->gs_base_kernel);
    wrmsr(MSR_KERNEL_GS_BASE, v->in_user ? v->gs_base_kernel : v->gs_base_user);
}
