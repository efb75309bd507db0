/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypercall page: one stub of 32 bytes per hypercall number, for kernels that call instead of
 * executing SYSCALL themselves. SYSCALL destroys rcx and r11, so a stub keeps them on the guest's
 * stack.
 */
#include "pv/emulate.h"

#include "lib/string.h"

#define STUBS      (PAGE_SIZE / STUB_BYTES)
#define STUB_BYTES 32
#define STUB_IRET  23
#define INT3       0xcc

/* push rcx; push r11; mov eax, n; syscall; pop r11; pop rcx; ret */
static const uint8_t stub[] = {0x51, 0x41, 0x53, 0xb8, 0,    0,    0,
                               0,    0x0f, 0x05, 0x41, 0x5b, 0x59, 0xc3};
/* push rcx; push r11; push rax; mov eax, 23; syscall: the iret frame goes on with these three */
static const uint8_t stub_iret[] = {0x51, 0x41, 0x53, 0x50, 0xb8, STUB_IRET, 0, 0, 0, 0x0f, 0x05};

void hypercall_page_fill(void *page)
{
    uint8_t *at = page;

    memset(page, INT3, PAGE_SIZE);
    for (unsigned n = 0; n < STUBS; n++, at += STUB_BYTES) {
        if (n == STUB_IRET) {
            memcpy(at, stub_iret, sizeof(stub_iret));
            continue;
        }
        memcpy(at, stub, sizeof(stub));
        at[4] = n;
    }
}
