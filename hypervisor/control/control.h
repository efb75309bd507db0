/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other folders need of control/. */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "domain/domain.h"

/* --- irqs.c --- */

/* This domain owns the devices from now on: their interrupts and the console's input go to it. */
void irqs_give(struct domain *d);

/* Creates the number of a message-signalled interrupt for d; negative: errno. */
int irqs_create_msi(struct domain *d, uint16_t bdf, bool is_msix, unsigned entry);

/* --- keys.c --- */

/* Does what that letter stands for; says so when it stands for nothing. No locks held. */
void key_press(char letter);

/* --- version.c --- */

void version_set_command_line(const char *line); /* kept, not copied */

#endif
