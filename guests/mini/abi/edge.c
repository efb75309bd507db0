/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States a kernel hardly ever brings a processor into: selectors in LDT pages nobody has touched,
 * single steps over what the hypervisor does, flags that outlive SYSENTER, and virtual-8086 mode.
 */
#include "abi.h"
#include "user_code.h"

#include <xen/memory.h>

#define DATA_DPL3        0x00cff3000000fffful
#define TF               0x100ul
#define NT               0x4000ul
#define VM               0x20000ul
#define AC               0x40000ul

#define USER_STACK_FRAME (USER_STACK_TOP - 64)

extern const char step_emulated[], step_emulated_end[], step_store[], step_store_end[],
    step_hypercall[], step_hypercall_next[], step_hypercall_end[];
asm("    .pushsection .text\n"
    "step_emulated:\n"
    "    mov %cr0, %rax\n"
    "step_emulated_end:\n"
    "    int3\n"
    "step_store:\n" /* to the entry at rax */
    "    movq $0, (%rax)\n"
    "step_store_end:\n"
    "    int3\n"
    "step_hypercall:\n" /* rax: the number */
    "    syscall\n"
    "step_hypercall_next:\n"
    "    nop\n"
    "step_hypercall_end:\n"
    "    int3\n"
    "    .popsection\n");

static u8 stack[1024] __attribute__((aligned(16)));

static struct iret_context kernel_frame(const char *code)
{
    return (struct iret_context){.rip = (u64)code,
                                 .cs = KERNEL_CS,
                                 .rflags = FLAGS_IF | 2 | TF,
                                 .rsp = (u64)stack + sizeof(stack),
                                 .ss = FLAT_KERNEL_SS};
}

static struct iret_context user_frame(const char *code, u64 rax)
{
    return (struct iret_context){.rax = rax,
                                 .rip = user_address(code),
                                 .cs = FLAT_USER_CS,
                                 .rflags = FLAGS_IF | 2,
                                 .rsp = USER_STACK_TOP - 128,
                                 .ss = FLAT_USER_SS};
}

static void check_step(void)
{
    struct iret_context f = kernel_frame(step_emulated);

    case_trap("step-emulated", iret_catch(&f), 1, 0);
    case_hex("step-emulated-rip", trap_last.rip, (u64)step_emulated_end);
    case_hex("step-dr6", (u64)hyp_get_debugreg(6) & 0x4000, 0x4000);
    hyp_set_debugreg(6, 0);
    f = kernel_frame(step_store);
    f.rax = (u64)pte_of(TEST_VA, 1);
    case_trap("step-live-write", iret_catch(&f), 1, 0);
    case_hex("step-live-write-rip", trap_last.rip, (u64)step_store_end);
    f = kernel_frame(step_hypercall);
    f.rax = 63; /* nobody's */
    case_trap("step-hypercall", iret_catch(&f), 1, 0);
    /* Behind SYSRET at once, behind IRET after one more instruction. */
    case_either("step-hypercall-rip", (long)trap_last.rip, (long)step_hypercall_next,
                (long)step_hypercall_end);
    case_long("step-hypercall-result", (long)trap_last.rax, -ENOSYS);
    hyp_set_debugreg(6, 0);
}

/* A hypercall by the last instruction of the lower half: behind it is no address to return to, which is the
 * guest's fault and not that of a SYSRET in ring 0 (CVE-2012-0217). */
static void check_last_syscall(void)
{
    static const u8 syscall[2] = {0x0f, 0x05};
    u64 end = 0x0000800000000000;
    struct iret_context f = kernel_frame((char *)end - sizeof syscall);
    u8 *page = page_alloc();

    f.rflags &= ~TF;
    memcpy(page + PAGE_SIZE - sizeof syscall, syscall, sizeof syscall);
    map_build(end - PAGE_SIZE);
    map_page(end - PAGE_SIZE, pte_make(va_mfn(page), PTE_DATA));
    f.rax = 63; /* nobody's */
    case_trap("syscall-last-unknown", iret_catch(&f), 13, 0);
    case_hex("syscall-last-unknown-rip", trap_last.rip, end);
    f.rax = __HYPERVISOR_stack_switch;
    case_trap("syscall-last-stack-switch", iret_catch(&f), 13, 0);
    hyp_stack_switch(FLAT_KERNEL_SS, trap_stack_top);
    map_page(end - PAGE_SIZE, 0);
    page_free(page);
}

/* What the hypervisor itself touches does not trap in the guest's face. */
static void check_watched_argument(void)
{
    domid_t self = DOMID_SELF;

    hyp_set_debugreg(0, &self);
    hyp_set_debugreg(7, 0x400 | 0x70000 | 2);
    case_true("watched-argument", hyp_memory_op(XENMEM_current_reservation, &self) > 0,
              "the hypercall failed");
    hyp_set_debugreg(7, 0x400);
    hyp_set_debugreg(6, 0);
    hyp_set_debugreg(0, 0);
}

static long fresh_ldt(u64 *ldt)
{
    mmuext(MMUEXT_SET_LDT, 0, 0);
    return mmuext(MMUEXT_SET_LDT, (u64)ldt, 16);
}

/* The kernel's table holds a user's LDT; the page comes into the window when a selector is loaded.
 */
static void check_ldt_page(void)
{
    struct iret_context f = user_frame(user_ud2, 0);
    u64 *ldt = page_alloc();

    ldt[1] = DATA_DPL3;
    page_set_ro(ldt);
    case_long("ldt-set", fresh_ldt(ldt), 0);
    f.ss = 0x0f;
    case_trap("ldt-ss-by-iret", iret_catch(&f), 6, 0);
    case_hex("ldt-ss-by-iret-loaded", trap_last.ss, 0x0f);
    fresh_ldt(ldt);
    case_trap("ldt-fs-by-user", user_run(user_load_fs, 0x0f), 6, 0);
    fresh_ldt(ldt);
    case_trap("ldt-past-end-by-user", user_run(user_load_fs, 0x8f), 13, 0x8c);
    fresh_ldt(ldt);
    case_long("ldt-gs-by-hypercall", hyp_set_segment_base(SEGBASE_GS_USER_SEL, 0x0f), 0);
    case_trap("ldt-gs-by-hypercall-ends", user_run(user_read_gs, 0), 6, 0);
    case_hex("ldt-gs-by-hypercall-loaded", trap_last.rdx & 0xffff, 0x0f);
    hyp_set_segment_base(SEGBASE_GS_USER_SEL, 0);
    case_long("ldt-clear", mmuext(MMUEXT_SET_LDT, 0, 0), 0);
    page_set_rw(ldt);
    page_free(ldt);
}

static void check_sysenter(void)
{
    struct iret_context f = user_frame(user_sysenter, 0);
    int got;

    f.rflags |= NT | AC;
    got = iret_catch(&f);
    case_true("sysenter-nested-task", got == 13 || got == 6, "neither #GP nor #UD");
    f.rflags |= TF;
    got = iret_catch(&f);
    case_true("sysenter-stepped", got == 13 || got == 6 || got == 1, "none of #GP, #UD, #DB");
}

/* QEMU enters virtual-8086 mode from IRET at CPL 3, which no processor does; Xen dies of it. */
static void check_virtual_8086(void)
{
    static const u16 selectors[] = {0, 0xe008, 0xe00b, 0x1000};
    u64 *at = (u64 *)USER_STACK_FRAME;
    struct iret_context f = user_frame(user_iret, 0);

    if (hyp_vantage_op(VANTAGE_AUDIT, 0) == -ENOSYS) {
        case_skip("virtual-8086", "only Vantage claims to survive it");
        return;
    }
    f.rsp = USER_STACK_FRAME;
    for (unsigned int i = 0; i < ARRAY_SIZE(selectors); i++) {
        at[0] = 0x100;
        at[1] = selectors[i];
        at[2] = VM | FLAGS_IF | 2;
        for (unsigned int j = 3; j < 8; j++)
            at[j] = selectors[i];
        if (iret_catch(&f) < 0) {
            case_fail("virtual-8086", "no trap with cs %x", selectors[i]);
            return;
        }
    }
    case_ok("virtual-8086");
}

void abi_edge(void)
{
    check_step();
    check_last_syscall();
    check_watched_argument();
    check_ldt_page();
    check_sysenter();
    check_virtual_8086();
}
