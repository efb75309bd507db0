/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other devices need of the console. */
#ifndef X86_CONSOLE_H
#define X86_CONSOLE_H

#include "lib/types.h"

void console_drain(void);     /* returns when all output has left the machine */
uint16_t console_port(void);  /* first of the eight ports of our UART; 0 when there is none */

#endif
