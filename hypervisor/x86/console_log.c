/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What we said on the console, for those who ask later (`xl dmesg`): a ring of the last bytes, addressed by
 * a number that only grows. Covered by the console's output lock while written; readers may miss what is
 * overwritten meanwhile.
 */
#include "x86/console.h"

#define LOG_BYTES 16384 /* a power of two, as Xen's default */

static char log[LOG_BYTES];
static uint32_t written, cleared; /* free-running */

void console_log_put(const char *text, size_t n)
{
    for (uint32_t i = 0; i < n; i++)
        log[(written + i) % LOG_BYTES] = text[i];
    __atomic_store_n(&written, written + (uint32_t)n, __ATOMIC_RELEASE);
}

uint32_t console_log_read(char *out, uint32_t max, uint32_t *from)
{
    uint32_t end = __atomic_load_n(&written, __ATOMIC_ACQUIRE), n;

    if ((int32_t)(*from - cleared) < 0 || end - *from > end - cleared)
        *from = cleared;
    if (end - *from > LOG_BYTES)
        *from = end - LOG_BYTES;
    for (n = 0; n < max && *from != end; n++)
        out[n] = log[(*from)++ % LOG_BYTES];
    return n;
}

void console_log_clear(void)
{
    cleared = __atomic_load_n(&written, __ATOMIC_ACQUIRE);
}
