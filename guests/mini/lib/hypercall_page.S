/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page for the domain builder to fill with 128 call slots of 32 bytes. Filled with INT3 here, so
 * a call through a page nobody filled is a breakpoint and not an accident.
 */
#include "note.h"

    .section .text.page, "ax"
    .balign 4096
    .global hypercall_page
hypercall_page:
    .fill 4096, 1, 0xcc

XEN_NOTE_U64(XEN_ELFNOTE_HYPERCALL_PAGE, hypercall_page)
    .section .note.GNU-stack, "", @progbits
