/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the domain builder to map the p2m list in L4 slot 1, as Linux does, and not in our image. */
#include "note.h"

XEN_NOTE_U64(XEN_ELFNOTE_INIT_P2M, 0x8000000000)
    .section .note.GNU-stack, "", @progbits
