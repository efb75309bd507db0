/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF notes every mini guest carries. The HYPERCALL_PAGE note is in hypercall_page.S and the
 * INIT_P2M note in init_p2m.S: a guest has them when it links those files.
 */
#include "note.h"

XEN_NOTE_STRING(XEN_ELFNOTE_GUEST_OS, "mini")
XEN_NOTE_STRING(XEN_ELFNOTE_GUEST_VERSION, "1")
XEN_NOTE_STRING(XEN_ELFNOTE_LOADER, "generic")
XEN_NOTE_STRING(XEN_ELFNOTE_XEN_VERSION, "xen-3.0")
XEN_NOTE_U64(XEN_ELFNOTE_VIRT_BASE, VIRT_BASE)
XEN_NOTE_U64(XEN_ELFNOTE_PADDR_OFFSET, 0)
XEN_NOTE_U64(XEN_ELFNOTE_ENTRY, mini_entry)
    .section .note.GNU-stack, "", @progbits
