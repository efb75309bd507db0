/* SPDX-License-Identifier: BSD-2-Clause */
/* Three domains with event channels, for the tests of hypercalls, and what those tests do most. */
#ifndef GUESTS_H
#define GUESTS_H

#include "fake.h"

/* dom0 is privileged; each has four vCPUs, all of them down. */
extern struct domain *dom0, *dom1, *dom2;

void guests_make(void);

/* Ends them, and checks that all their memory is given back. */
void guests_end(void);

/* Brings a vCPU up and lets it have the CPU. */
void run(struct vcpu *v);

/* event_channel_op by the first vCPU. */
long ev(struct domain *d, uint32_t cmd, void *arg);

/* A new port for the remote to bind; 0: there is none. */
uint32_t alloc(struct domain *d, domid_t remote);

/* Is the port's pending bit set? */
bool pending(struct domain *d, uint32_t port);

/* Clears all pending and mask bits. */
void clear(struct domain *d);

#endif
