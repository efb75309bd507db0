/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other devices need of the console. */
#ifndef X86_CONSOLE_H
#define X86_CONSOLE_H

#include "lib/types.h"

void console_drain(void); /* returns when all output has left the machine */

/* --- The last 16 KiB of our own messages (console_log.c) --- */

void console_log_put(const char *text, size_t n);

/* Copies at most `max` bytes from position *from on, or from the oldest there is, and moves *from behind
 * them; how many. Position 0 is the beginning. */
uint32_t console_log_read(char *out, uint32_t max, uint32_t *from);
void console_log_clear(void); /* what was said so far is not read again */

#endif
