/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other devices need of the console. */
#ifndef X86_CONSOLE_H
#define X86_CONSOLE_H

void console_drain(void); /* returns when all output has left the machine */

#endif
