/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Straight and general way, compared. One random sequence of whatever the straight ways serve is run twice from the
 * same state: with nothing recorded, when they are taken, and with everything recorded, when most are closed and the
 * C that defines them is. Each step leaves what the guest can see of it; the two lists must be the same. [straight.same]
 */
#include "abi.h"
#include "user_code.h"

#include <xen/event_channel.h>

enum { STEPS = 3000, PAGES = 4, SLOTS = 8, SEEDS = 4, RECORD_ALL = 0xff };

/* Which way is taken, where only memory knows it: what registers hold is compared, too. */
static volatile unsigned int way;
static u64 seen[2][STEPS];
static u8 kind[STEPS]; /* index in steps[] */
static u64 digest, random_state;
static u64 *pages[PAGES], *slots, *leaf;
static u8 *code_page[2];
static u64 base[2], user_base[2], foreign;
static u32 port, timer_port;
u32 has_come; /* the event callback has run */

/* --- What a step leaves --- */

static void see(u64 value)
{
    digest = (digest ^ value) * 0x100000001b3;
    digest ^= digest >> 29;
}

static void see_words(const void *from, size_t bytes)
{
    const u64 *w = from;

    for (size_t i = 0; i < bytes / 8; i++)
        see(w[i]);
}

/* The frame as it lies on the stack, and where. */
static bool see_trap(struct trap_regs *r)
{
    has_come |= r->vector == TRAP_EVENT;
    if (r->vector != TRAP_EVENT) {
        see((u64)r);
        see_words(r, sizeof *r);
    }
    see(vcpu_info()->evtchn_upcall_mask);
    see(vcpu_info()->arch.cr2);
    return false;
}

static void see_state(void)
{
    see_words(slots, SLOTS * sizeof *slots);
    see(vcpu_info()->evtchn_upcall_mask);
    see(event_upcalls);
    see(event_count(port));
}

/* --- Choosing --- */

static u64 any(u64 below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

static u64 any_entry(void)
{
    static const u64 flags[] = {PTE_DATA,          PTE_RO,           PTE_DATA | PTE_NX,
                                PTE_RO | PTE_NX,   PTE_DATA | PTE_G, PTE_RO & ~PTE_US,
                                PTE_DATA | PTE_PCD, PTE_RO | PTE_AVL, PTE_DATA & ~PTE_A};
    u64 f = flags[any(ARRAY_SIZE(flags))];

    switch (any(12)) {
    case 0:
        return 0;
    case 1:
        return pte_make(foreign, f);
    case 2:
        return pte_make(va_mfn(slots), f);
    case 3:
        return any(2) ? 0xfffffffffffffff0 & ~PTE_P : 0x200;
    default:
        return pte_make(va_mfn(pages[any(PAGES)]), f);
    }
}

/* Mostly an entry of the test's table; sometimes what no table is, or a table above. */
static u64 any_place(void)
{
    switch (any(12)) {
    case 0:
        return va_maddr(pages[any(PAGES)]);
    case 1:
        return (foreign << PAGE_SHIFT) + 8;
    case 2:
        return pte_maddr(VIRT_BASE, 1); /* and hands the entry's own value back, see any_request */
    default:
        return va_maddr(&slots[any(SLOTS)]);
    }
}

static struct mmu_update any_request(void)
{
    struct mmu_update r = {.ptr = any_place(), .val = any_entry()};

    if (r.ptr == pte_maddr(VIRT_BASE, 1))
        r.val = *pte_of(VIRT_BASE, 1);
    r.ptr |= any(2) * 2;
    return r;
}

static u64 any_address(void)
{
    static const u64 odd[] = {UNMAPPED_POINTER, NON_CANONICAL, HOLE_POINTER, HOLE_START, 8};

    return any(3) ? TEST_VA + any(SLOTS) * PAGE_SIZE + any(500) * 8 : odd[any(ARRAY_SIZE(odd))];
}

/* One to jump to: nothing that could be executed. */
static u64 any_code(void)
{
    u64 va = any_address(), slot = (va - TEST_VA) / PAGE_SIZE;
    bool runs = slot < SLOTS && slots[slot] & PTE_P && !(slots[slot] & PTE_NX);

    return runs ? UNMAPPED_POINTER : va;
}

/* --- Steps --- */

/* SYSCALL with all registers given and shown: rdi rsi rdx r10 r8 r9 rbx rbp r12 r13 r14 r15 rax rcx r11. */
void ways_call(u64 *registers);
asm("    .pushsection .text\n"
    "ways_call:\n"
    "    push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n push %rdi\n"
    "    mov %rdi, %rcx\n"
    "    mov 8(%rcx), %rsi\n mov 16(%rcx), %rdx\n mov 24(%rcx), %r10\n mov 32(%rcx), %r8\n"
    "    mov 40(%rcx), %r9\n mov 48(%rcx), %rbx\n mov 56(%rcx), %rbp\n mov 64(%rcx), %r12\n"
    "    mov 72(%rcx), %r13\n mov 80(%rcx), %r14\n mov 88(%rcx), %r15\n mov 96(%rcx), %rax\n"
    "    mov (%rcx), %rdi\n"
    "    syscall\n"
    "    push %rcx\n"
    "    mov 8(%rsp), %rcx\n"
    "    mov %rdi, (%rcx)\n mov %rsi, 8(%rcx)\n mov %rdx, 16(%rcx)\n mov %r10, 24(%rcx)\n"
    "    mov %r8, 32(%rcx)\n mov %r9, 40(%rcx)\n mov %rbx, 48(%rcx)\n mov %rbp, 56(%rcx)\n"
    "    mov %r12, 64(%rcx)\n mov %r13, 72(%rcx)\n mov %r14, 80(%rcx)\n mov %r15, 88(%rcx)\n"
    "    mov %rax, 96(%rcx)\n mov %r11, 112(%rcx)\n"
    "    pop %rax\n mov %rax, 104(%rcx)\n"
    "    pop %rdi\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
    "    ret\n"
    "    .popsection\n");

static void call(u64 nr, u64 a, u64 b, u64 c, u64 d)
{
    u64 r[15];

    for (unsigned int i = 0; i < ARRAY_SIZE(r); i++)
        r[i] = random_state * (i + 1);
    r[0] = a, r[1] = b, r[2] = c, r[3] = d, r[12] = nr;
    ways_call(r);
    see_words(r, sizeof r);
}

/* What a call may leave anything in; without entering the hypervisor, which might do there what it had left undone. */
static void same_registers(void)
{
    asm volatile("xor %%eax, %%eax; mov %%eax, %%ecx; mov %%eax, %%edx; mov %%eax, %%esi; mov %%eax, %%edi;"
                 "mov %%eax, %%r8d; mov %%eax, %%r9d; mov %%eax, %%r10d; mov %%eax, %%r11d"
                 ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc");
}

/* Runs of protection changes and pairs of base pointers keep their own way while they are recorded: against them
 * stands each element in a call of its own. `done` counts what was carried out. */
static long update(struct mmu_update *list, u64 n, u32 *done)
{
    long rc = 0;

    if (!way)
        rc = hyp_mmu_update(list, n, done, DOMID_SELF);
    for (u64 i = 0; way && i < n && !rc; i++) {
        rc = hyp_mmu_update(&list[i], 1, 0, DOMID_SELF);
        if (done && !rc)
            ++*done;
    }
    same_registers();
    return rc;
}

static long load(struct mmuext_op *op, u64 n)
{
    long rc = 0;

    if (!way)
        rc = hyp_mmuext_op(op, n, 0, DOMID_SELF);
    for (u64 i = 0; way && i < n && !rc; i++)
        rc = hyp_mmuext_op(&op[i], 1, 0, DOMID_SELF);
    same_registers();
    return rc;
}

static void step_update(void)
{
    struct mmu_update list[20];
    u64 n = any(3) ? 1 : 1 + any(ARRAY_SIZE(list));
    u32 done = 0;

    for (u64 i = 0; i < n; i++)
        list[i] = any_request();
    see((u64)update(list, n, any(2) ? &done : 0));
    see(done);
}

/* What mprotect asks for: the same frames, other rights. */
static void step_protect(void)
{
    struct mmu_update list[SLOTS];
    u64 n = 1 + any(SLOTS), flips = any(2) ? PTE_RW : PTE_NX;

    for (u64 i = 0; i < n; i++)
        list[i] = (struct mmu_update){.ptr = va_maddr(&slots[i]) | MMU_PT_UPDATE_PRESERVE_AD,
                                      .val = slots[i] ^ (any(8) ? flips : PTE_AVL)};
    see((u64)update(list, n, 0));
}

static void step_va_mapping(void)
{
    static const u64 flags[] = {0, UVMF_INVLPG, UVMF_TLB_FLUSH, UVMF_INVLPG | UVMF_ALL};
    u64 va = any(8) ? TEST_VA + any(SLOTS) * PAGE_SIZE : any_address();

    call(__HYPERVISOR_update_va_mapping, va, any_entry(), flags[any(ARRAY_SIZE(flags))], 0);
}

struct store {
    u64 *at;
    u64 value;
    unsigned int how;
};

static void store_body(void *arg)
{
    struct store *s = arg;
    u64 value = s->value, flags;

    switch (s->how) {
    case 0:
        asm volatile("mov %1, %0" : "+m"(*s->at) : "r"(value));
        break;
    case 1:
        asm volatile("xchg %1, %0" : "+m"(*s->at), "+r"(value));
        break;
    case 2:
        asm volatile("lock andb $0xfd, %0; pushf; pop %1" : "+m"(*s->at), "=r"(flags)::"cc");
        see(flags);
        break;
    case 3:
        asm volatile("lock btrq $1, %0; pushf; pop %1" : "+m"(*s->at), "=r"(flags)::"cc");
        see(flags);
        break;
    case 4:
        asm volatile("lock btsq $9, %0" : "+m"(*s->at)::"cc");
        break;
    case 5:
        asm volatile("lock cmpxchg %1, %0" : "+m"(*s->at), "+r"(value) : "a"(value) : "cc");
        break;
    default:
        asm volatile("movl %k1, %0" : "+m"(*s->at) : "r"(value));
    }
    see(value);
}

static void step_store(void)
{
    struct store s = {&slots[any(SLOTS)], any_entry(), (unsigned int)any(7)};

    see((u64)trap_catch(store_body, &s));
}

BODY(do_read, "mov (%%rdi), %%rax")
BODY(do_write, "movb $0, (%%rdi)")
BODY(do_jump, "call *%%rdi")

static void step_access(void)
{
    if (any(4))
        see((u64)trap_catch(any(2) ? do_read : do_write, (void *)any_address()));
    else
        see((u64)trap_catch(do_jump, (void *)any_code()));
}

static void step_user_access(void)
{
    static const char *const how[] = {user_read, user_write, user_syscall};

    if (any(4))
        see((u64)user_run(how[any(ARRAY_SIZE(how))], any_address()));
    else
        see((u64)user_run(user_jump, any_code()));
}

extern const char ways_kernel_target[];
asm(".pushsection .text\nways_kernel_target: int3\n.popsection");

/* Of user or kernel mode at rip, with some of the flags. */
static struct iret_context any_frame(bool to_user, u64 rip, u64 tried)
{
    static u8 stack[PAGE_SIZE] __attribute__((aligned(16)));

    return (struct iret_context){.rax = random_state,
                                 .r11 = random_state * 3,
                                 .rcx = random_state * 5,
                                 .rip = rip,
                                 .cs = to_user ? FLAT_USER_CS : KERNEL_CS,
                                 .rflags = (random_state >> 20 & tried) | 2 | (any(4) ? FLAGS_IF : 0),
                                 .rsp = to_user ? USER_STACK_TOP - 64 : (u64)stack + sizeof stack,
                                 .ss = FLAT_USER_SS};
}

enum { TRIED_FLAGS = 0x40cd5 | 0x7000 /* status flags, DF, IOPL, NT, AC */, FLAG_TF = 0x100 };

/* Now and then with a selector that does not load. */
static void step_iret(void)
{
    bool to_user = any(2);
    struct iret_context f =
        any_frame(to_user, to_user ? user_address(user_flags) : (u64)ways_kernel_target, TRIED_FLAGS);

    if (!any(8))
        f.rip = any(2) ? NON_CANONICAL : UNMAPPED_POINTER;
    else if (!any(8))
        *(any(2) ? &f.cs : &f.ss) = any(2) ? 0x10 : 0;
    see((u64)iret_catch(&f));
}

/* Instructions that raise an exception, and what begins like them; at a page's end as often as not, with another
 * page behind it or none. Where none of them does, INT3 follows. */
static void step_exception(void)
{
    static const char *const code[] = {"\x0f\x0b",       "\x0f\x0bxe",         "\x0f\x0bxen\x0f\xa2",
                                       "\x0f\x0bxen\x0f", "\x0f\x0bxen\x0f\xa3", "\xcc",
                                       "\x31\xc9\xf7\xf1"};
    const char *chosen = code[any(ARRAY_SIZE(code))];
    u64 at = any(2) ? any(PAGE_SIZE - 16) : PAGE_SIZE - 1 - any(10), end = at + strlen(chosen);
    struct iret_context f;

    for (u64 i = 0; i < 2; i++)
        mmu_write(va_maddr(&slots[i]), i && any(2) ? 0 : pte_make(va_mfn(code_page[i]), PTE_RO));
    for (u64 i = at; i < at + 16; i++)
        code_page[i / PAGE_SIZE][i % PAGE_SIZE] = i < end ? (u8)chosen[i - at] : 0xcc;
    f = any_frame(any(2), TEST_VA + at, any(4) ? TRIED_FLAGS : TRIED_FLAGS | FLAG_TF);
    f.rax = any(3) ? any(2) : 0x40000000 + any(5);
    see((u64)iret_catch(&f));
}

static void step_segment(void)
{
    static const u64 bases[] = {0, TEST_VA, 0x7ffffffff000, NON_CANONICAL, HOLE_START, ~7ul, 0x1234567890};
    u64 which = any(8) ? any(3) : 3 + any(3);
    u64 base_or_selector = which == SEGBASE_GS_USER_SEL ? any(2) * FLAT_USER_DS + any(2) * 0x40
                                                        : bases[any(ARRAY_SIZE(bases))];

    call(__HYPERVISOR_set_segment_base, which | any(2) << 32, base_or_selector, 0, 0);
    for (u32 msr = 0xc0000100; msr <= 0xc0000102; msr++) {
        u32 low, high;

        asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
        see((u64)high << 32 | low);
    }
    see((u64)user_run(user_read_gs, 0));
}

static void step_stack(void)
{
    call(__HYPERVISOR_stack_switch, FLAT_KERNEL_SS, (u64)trap_stack_top - any(64) * 8, 0, 0);
    see((u64)user_run(user_syscall, 1));
}

static void step_base(void)
{
    u64 to = any(2);
    struct mmuext_op op[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = base[to]},
                              {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = user_base[to]}};

    if (!any(8))
        op[1].arg1.mfn = foreign;
    see((u64)load(op, 1 + any(2)));
    op[1].arg1.mfn = user_base[to];
    see((u64)load(op, 2));
    see((u64)user_run(user_syscall, 2));
}

/* A table of random entries, pinned and unpinned; the refused are left as they are. */
static void step_pin(void)
{
    u64 mfn = va_mfn(leaf);
    bool odd = !any(4);

    page_set_rw(leaf);
    for (unsigned int i = 0; i < 512; i++)
        leaf[i] = any(3) ? 0 : odd ? any_entry() : pte_make(va_mfn(pages[any(PAGES)]), PTE_RO);
    page_set_ro(leaf);
    see((u64)mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0));
    see((u64)mmuext(MMUEXT_UNPIN_TABLE, mfn, 0));
    see_words(leaf, PAGE_SIZE);
}

static void step_event(void)
{
    struct evtchn_send send = {.port = any(8) ? port : 0};

    if (any(2))
        event_unmask(port);
    else
        event_mask(port);
    upcall_mask_set(any(2));
    call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (u64)&send, 0, 0);
    see_state();
    upcall_mask_set(0);
}

/* Turns until the event callback has run; all registers are given and seen. */
void ways_spin(u64 *registers);
asm("    .pushsection .text\n"
    "ways_spin:\n"
    "    push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n push %rdi\n"
    "    mov (%rdi), %rax\n mov 8(%rdi), %rcx\n mov 16(%rdi), %rdx\n mov 24(%rdi), %rbx\n"
    "    mov 32(%rdi), %rbp\n mov 40(%rdi), %rsi\n mov 48(%rdi), %r8\n mov 56(%rdi), %r9\n"
    "    mov 64(%rdi), %r10\n mov 72(%rdi), %r11\n mov 80(%rdi), %r12\n mov 88(%rdi), %r13\n"
    "    mov 96(%rdi), %r14\n mov 104(%rdi), %r15\n"
    "1:  cmpl $0, has_come(%rip)\n"
    "    je 1b\n"
    "    mov %rax, (%rdi)\n mov %rcx, 8(%rdi)\n mov %rdx, 16(%rdi)\n mov %rbx, 24(%rdi)\n"
    "    mov %rbp, 32(%rdi)\n mov %rsi, 40(%rdi)\n mov %r8, 48(%rdi)\n mov %r9, 56(%rdi)\n"
    "    mov %r10, 64(%rdi)\n mov %r11, 72(%rdi)\n mov %r12, 80(%rdi)\n mov %r13, 88(%rdi)\n"
    "    mov %r14, 96(%rdi)\n mov %r15, 104(%rdi)\n"
    "    pop %rdi\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
    "    ret\n"
    "    .popsection\n");

enum { TIMER_NS = 20000 }; /* longer than a hypercall takes, shorter than user_wait */

/* What was emulated, with an event waiting behind it that the guest itself made. */
static void step_emulated(void)
{
    u64 cr3 = 0;

    has_come = 0;
    asm volatile("movb $1, %1\n mov %%cr3, %%r14\n mov %%r14, %0"
                 : "=r"(cr3), "=m"(vcpu_info()->evtchn_upcall_pending) : : "r14", "memory");
    see(cr3);
    see(has_come);
}

/* A timer goes off in kernel or in user mode. */
static void step_timer(void)
{
    u64 r[14];

    for (unsigned int i = 0; i < ARRAY_SIZE(r); i++)
        r[i] = random_state * (i + 1);
    has_come = 0;
    hyp_set_timer_op(time_ns() + TIMER_NS);
    same_registers();
    if (any(2)) {
        ways_spin(r);
        see_words(r, sizeof r);
    } else {
        see((u64)user_run(user_wait, random_state));
    }
    see(has_come);
}

static void step_multicall(void)
{
    struct mmu_update r = any_request();
    struct multicall_entry m[4] = {
        {.op = __HYPERVISOR_stack_switch, .args = {FLAT_KERNEL_SS, (u64)trap_stack_top}},
        {.op = __HYPERVISOR_mmu_update, .args = {(u64)&r, 1, 0, DOMID_SELF}},
        {.op = __HYPERVISOR_set_segment_base, .args = {SEGBASE_FS, any_address()}},
        {.op = any(64), .args = {HOLE_POINTER, 0, 0, 0}}};

    if (m[3].op != __HYPERVISOR_xen_version && m[3].op != __HYPERVISOR_iret)
        m[3].op = 60;
    call(__HYPERVISOR_multicall, (u64)m, 1 + any(4), 0, 0);
    see_words(m, sizeof m);
}

static bool is_stale; /* what was flushed was seen again */

/* Another page at an address that has been used, while an event that is masked waits: both ways leave alike. */
static void step_flush(void)
{
    volatile u64 *last = (u64 *)(TEST_VA + PAGE_SIZE) - 1; /* of slot 0; reset() numbers them */

    upcall_mask_set(1);
    event_unmask(port);
    port_send(port);
    for (unsigned int i = 0; i < PAGES; i++) {
        mmu_write(va_maddr(slots), pte_make(va_mfn(pages[i]), PTE_RO | PTE_NX));
        mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
        is_stale |= *last != pages[i][511];
    }
    upcall_mask_set(0);
}

static void step_unknown(void)
{
    static const u64 numbers[] = {6, 9, 40, 63, 64, 1000, ~0ul, 1ul << 32};

    call(numbers[any(ARRAY_SIZE(numbers))], 40 + any(3), random_state, 0, 0);
}

static const u8 gates[] = {14, 0, 3, 6};

static void step_gate(void)
{
    trap_install(gates[any(ARRAY_SIZE(gates))], 0, any(2));
}

static void (*const steps[])(void) = {step_update,      step_update,  step_protect, step_va_mapping, step_store,
                                      step_store,       step_access,  step_access,  step_user_access,
                                      step_user_access, step_iret,    step_iret,    step_exception,  step_exception,
                                      step_segment,     step_stack,   step_base,    step_pin,        step_event,
                                      step_multicall,   step_flush,   step_unknown, step_gate,       step_timer,
                                      step_emulated};

/* --- Both ways --- */

static u64 *table_copy(const u64 *from)
{
    u64 *copy = page_alloc();

    memcpy(copy, from, PAGE_SIZE);
    memset(&copy[256], 0, 16 * sizeof *copy);
    page_set_ro(copy);
    mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(copy), 0);
    return copy;
}

static void prepare(void)
{
    for (unsigned int i = 0; i < PAGES; i++)
        pages[i] = page_alloc();
    code_page[0] = page_alloc();
    code_page[1] = page_alloc();
    leaf = page_alloc();
    slots = pte_of(TEST_VA, 1);
    foreign = abi_foreign_mfn();
    base[0] = va_mfn((void *)start_info->pt_base);
    base[1] = va_mfn(table_copy((u64 *)start_info->pt_base));
    user_base[0] = va_mfn(user_l4);
    user_base[1] = va_mfn(table_copy(user_l4));
    port = (u32)port_ipi(0);
    timer_port = (u32)port_virq(VIRQ_TIMER, 0);
    event_unmask(timer_port);
}

/* The state every sequence begins with. */
static void reset(void)
{
    struct mmuext_op op[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = base[0]},
                              {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = user_base[0]}};

    hyp_mmuext_op(op, 2, 0, DOMID_SELF);
    for (unsigned int i = 0; i < SLOTS; i++)
        mmu_write(va_maddr(&slots[i]), 0);
    for (unsigned int i = 0; i < PAGES; i++)
        memset(pages[i], 0, PAGE_SIZE), pages[i][511] = i;
    for (unsigned int i = 0; i < ARRAY_SIZE(code_page); i++)
        memset(code_page[i], 0, PAGE_SIZE);
    page_set_rw(leaf);
    for (u32 which = SEGBASE_FS; which <= SEGBASE_GS_USER_SEL; which++)
        hyp_set_segment_base(which, 0);
    hyp_stack_switch(FLAT_KERNEL_SS, trap_stack_top);
    for (unsigned int i = 0; i < ARRAY_SIZE(gates); i++)
        trap_install(gates[i], 0, false);
    event_mask(port);
    event_clear(port);
    event_count_reset();
    event_upcalls = 0;
    vcpu_info()->arch.cr2 = 0;
}

static __attribute__((noinline)) void sequence(u64 seed)
{
    reset();
    hyp_vantage_op(VANTAGE_TRACE_MASK, way ? RECORD_ALL : 0);
    random_state = seed;
    trap_hook = see_trap;
    call(63, 0, 0, 0, 0); /* nobody's: leaves the same in all registers */
    for (unsigned int i = 0; i < STEPS; i++) {
        digest = 0;
        kind[i] = (u8)any(ARRAY_SIZE(steps));
        steps[kind[i]]();
        mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0); /* how long a stale translation lives is nobody's promise */
        see_state();
        seen[way][i] = digest;
    }
    trap_hook = NULL;
    hyp_vantage_op(VANTAGE_TRACE_MASK, 0);
    reset();
}

static void compare(u64 seed)
{
    for (way = 0; way < 2; way++)
        sequence(seed);
    for (unsigned int i = 0; i < STEPS; i++)
        if (seen[0][i] != seen[1][i]) {
            case_fail("same", "seed %lu: step %u of kind %u differs", seed, i, kind[i]);
            return;
        }
    case_ok("same");
}

void abi_ways(void)
{
    long before;

    if (hyp_vantage_op(VANTAGE_AUDIT, 0) == -ENOSYS) {
        case_skip("same", "only Vantage has two ways");
        return;
    }
    hyp_vm_assist(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    prepare();
    before = hyp_vantage_op(VANTAGE_TRACE_MASK, RECORD_ALL);
    case_long("recording", hyp_vantage_op(VANTAGE_TRACE_MASK, 0), RECORD_ALL);
    for (u64 seed = 1; seed <= SEEDS; seed++)
        compare(seed);
    case_true("flushed", !is_stale, "another page was seen after a flush");
    case_long("audit", hyp_vantage_op(VANTAGE_AUDIT, 0), 0);
    hyp_vantage_op(VANTAGE_TRACE_MASK, (unsigned long)before);
    port_close(timer_port);
}
