/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WORKER_H
#define WORKER_H

#include "../lib/hypercall.h"

/* --- offer.c --- */

/* Ports and grants for so many domains, number 2 and up. False: something was refused. */
bool offer_init(u32 domains);

/* What may only be read was never written. True when nothing was offered. */
bool offer_is_sealed(void);

/* --- answer.c --- */

/* From now on each event of dom0 to our first port is sent back. False: it was refused. */
bool answer_init(void);

#endif
