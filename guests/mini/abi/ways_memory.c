/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps of ways.c on page tables, by hypercall and by trapped stores, and on what they map. */
#include "user_code.h"
#include "ways.h"

/* Runs of protection changes and pairs of base pointers take their own way even while they are recorded. They are
 * compared with one call for each element. `done` counts what was carried out. */
static long update(struct mmu_update *list, u64 n, u32 *done)
{
    long rc = 0;

    if (!ways.general)
        rc = hyp_mmu_update(list, n, done, DOMID_SELF);
    for (u64 i = 0; ways.general && i < n && !rc; i++) {
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

    if (!ways.general)
        rc = hyp_mmuext_op(op, n, 0, DOMID_SELF);
    for (u64 i = 0; ways.general && i < n && !rc; i++)
        rc = hyp_mmuext_op(&op[i], 1, 0, DOMID_SELF);
    same_registers();
    return rc;
}

void step_update(void)
{
    struct mmu_update list[20];
    u64 n = any(3) ? 1 : 1 + any(ARRAY_SIZE(list));
    u32 done = 0;

    for (u64 i = 0; i < n; i++)
        list[i] = any_request();
    see((u64)update(list, n, any(2) ? &done : 0));
    see(done);
}

/* As mprotect does it: the same frames, other rights. */
void step_protect(void)
{
    struct mmu_update list[SLOTS];
    u64 n = 1 + any(SLOTS), flips = any(2) ? PTE_RW : PTE_NX;

    for (u64 i = 0; i < n; i++)
        list[i] = (struct mmu_update){.ptr = va_maddr(&ways.slots[i]) | MMU_PT_UPDATE_PRESERVE_AD,
                                      .val = ways.slots[i] ^ (any(8) ? flips : PTE_AVL)};
    see((u64)update(list, n, 0));
}

void step_va_mapping(void)
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

void step_store(void)
{
    struct store s = {&ways.slots[any(SLOTS)], any_entry(), (unsigned int)any(7)};

    see((u64)trap_catch(store_body, &s));
}

BODY(do_read, "mov (%%rdi), %%rax")
BODY(do_write, "movb $0, (%%rdi)")
BODY(do_jump, "call *%%rdi")

void step_access(void)
{
    if (any(4))
        see((u64)trap_catch(any(2) ? do_read : do_write, (void *)any_address()));
    else
        see((u64)trap_catch(do_jump, (void *)any_code()));
}

void step_user_access(void)
{
    static const char *const how[] = {user_read, user_write, user_syscall};

    if (any(4))
        see((u64)user_run(how[any(ARRAY_SIZE(how))], any_address()));
    else
        see((u64)user_run(user_jump, any_code()));
}

void step_base(void)
{
    u64 to = any(2);
    struct mmuext_op op[2] = {{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = ways.base[to]},
                              {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = ways.user_base[to]}};

    if (!any(8))
        op[1].arg1.mfn = ways.foreign;
    see((u64)load(op, 1 + any(2)));
    op[1].arg1.mfn = ways.user_base[to];
    see((u64)load(op, 2));
    see((u64)user_run(user_syscall, 2));
}

/* Pins and unpins a table of random entries; one that is refused stays as it is. */
void step_pin(void)
{
    u64 mfn = va_mfn(ways.leaf);
    bool odd = !any(4);

    page_set_rw(ways.leaf);
    for (unsigned int i = 0; i < 512; i++)
        ways.leaf[i] = any(3) ? 0 : odd ? any_entry() : pte_make(va_mfn(ways.pages[any(PAGES)]), PTE_RO);
    page_set_ro(ways.leaf);
    see((u64)mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0));
    see((u64)mmuext(MMUEXT_UNPIN_TABLE, mfn, 0));
    see_words(ways.leaf, PAGE_SIZE);
}

void step_multicall(void)
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

/* Other pages at an address that has been used, while a masked event waits: both ways leave alike. */
void step_flush(void)
{
    volatile u64 *last = (u64 *)(TEST_VA + PAGE_SIZE) - 1; /* of slot 0; reset() in ways.c numbers them */

    upcall_mask_set(1);
    event_unmask(ways.port);
    port_send(ways.port);
    for (unsigned int i = 0; i < PAGES; i++) {
        mmu_write(va_maddr(ways.slots), pte_make(va_mfn(ways.pages[i]), PTE_RO | PTE_NX));
        mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
        ways.is_stale |= *last != ways.pages[i][511];
    }
    upcall_mask_set(0);
}
