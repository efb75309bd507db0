/* SPDX-License-Identifier: BSD-2-Clause */
/* How a Xen ELF note is written: owner "Xen", 4-byte aligned, a string or a 64-bit number. */
#ifndef MINI_NOTE_H
#define MINI_NOTE_H

#include <xen/elfnote.h>

/* clang-format off */
#define XEN_NOTE(type, desc...)                                                                    \
    .pushsection .note.Xen, "a", @note; .balign 4;                                                 \
    .long 4, 2f - 1f, type; .asciz "Xen";                                                          \
    1: desc; 2: .balign 4; .popsection;
/* clang-format on */
#define XEN_NOTE_STRING(type, s) XEN_NOTE(type, .asciz s)
#define XEN_NOTE_U64(type, n)    XEN_NOTE(type, .quad n)

#endif
