/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest user mode: a second L4 which shares the L3 of slot 0 with the kernel's, and holds the code
 * of section .user and one page of stack.
 */
#include "hypercall.h"

void *user_l4;

static long map_user_pages(void)
{
    const char *code;
    void *stack = page_alloc();
    long rc = 0;

    for (code = user_start; code < user_end; code += PAGE_SIZE)
        rc |= map_page(user_address(code), pte_make(va_mfn(code), PTE_RO));
    rc |= map_build(USER_STACK_TOP - PAGE_SIZE);
    rc |= map_page(USER_STACK_TOP - PAGE_SIZE, pte_make(va_mfn(stack), PTE_DATA | PTE_NX));
    return rc;
}

long user_init(void)
{
    long rc;

    if (user_l4)
        return 0;
    user_l4 = page_alloc();
    rc = map_build(USER_CODE);
    rc |= map_user_pages();
    ((u64 *)user_l4)[0] = *pte_of(USER_CODE, 4);
    rc |= page_set_ro(user_l4);
    rc |= mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(user_l4), 0);
    rc |= mmuext(MMUEXT_NEW_USER_BASEPTR, va_mfn(user_l4), 0);
    return rc;
}

u64 user_address(const void *code)
{
    return USER_CODE + (u64)((const char *)code - user_start);
}

static void iret_body(void *frame)
{
    iret_raw(frame);
}

int iret_catch(const struct iret_context *frame)
{
    struct iret_context copy = *frame;

    return trap_catch(iret_body, &copy);
}

/* The frame has no field for rdi: the user code finds it in rax. */
int user_run(const void *code, u64 rax)
{
    struct iret_context frame = {.rax = rax,
                                 .rip = user_address(code),
                                 .cs = FLAT_USER_CS,
                                 .rflags = FLAGS_IF | 2,
                                 .rsp = USER_STACK_TOP,
                                 .ss = FLAT_USER_SS};

    return iret_catch(&frame);
}
