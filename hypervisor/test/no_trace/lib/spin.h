/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of hypervisor/lib/spin.h: in a host test nobody asks a waiting CPU for anything. */
#ifndef LIB_SPIN_H
#define LIB_SPIN_H

static inline void spin_wait(void)
{
    __builtin_ia32_pause();
}

#endif
