/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks up the table of restartable sequences; it has some hundred entries, and an NMI has time. */
#include "x86/restart.h"

extern const struct restart {
    uint64_t first, commit;
} __start_restart_table[], __stop_restart_table[];

uint64_t restart_check(uint64_t rip)
{
    for (const struct restart *s = __start_restart_table; s < __stop_restart_table; s++)
        if (rip > s->first && rip <= s->commit)
            return s->first;
    return rip;
}
