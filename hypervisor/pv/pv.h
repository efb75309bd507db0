/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest edge: how a guest comes in and what it finds when it goes on.
 *
 * A guest kernel and its user programs both run in ring 3; which of them runs is v->in_user, and
 * each has a base table of its own. Everything that must reach the guest kernel (system calls,
 * faults, events) "bounces": a frame is pushed on the kernel stack and the vCPU goes on at the
 * registered address.
 */
#ifndef PV_PV_H
#define PV_PV_H

#include "domain/domain.h"

/* --- bounce.c --- */

/* Pushes a bounce frame and goes on in guest kernel mode at `to`. A stack that cannot be written or a
 * missing address crashes the domain. */
void bounce(struct vcpu *v, struct callback to);

/* Delivers exception `vector` through the guest's trap table, with its error code if it has one. */
void reflect(struct vcpu *v, unsigned vector, uint32_t error);
void reflect_page_fault(struct vcpu *v, uint64_t va, uint32_t error);

/* --- hypercall.c --- */

/* Runs the hypercall the registers ask for and stores its result there. */
void hypercall(struct vcpu *v);

/* --- iret.c --- */

/* Takes the frame at the guest's stack pointer into the registers; crashes the domain if
 * unreadable. */
void guest_iret(struct vcpu *v);

/* --- fault.c --- */

/* Whether INT n may go through the guest's gate for `vector`. */
bool is_gate_open(const struct vcpu *v, unsigned vector);

void page_fault(struct vcpu *v);
void general_protection(struct vcpu *v);
void invalid_opcode(struct vcpu *v);

/* --- descriptors.c --- */

/* A fault at `offset` bytes into the vCPU's LDT window: maps the guest's page there. False:
 * reflect. */
bool ldt_map_page(struct vcpu *v, uint64_t offset);

/* As hypercall set_gdt, with the frames already copied in. */
int gdt_set(struct vcpu *v, const mfn_t *frames, unsigned entries) must_check;

/* Takes a vCPU's descriptor tables away: they hold frames. */
void descriptors_release(struct vcpu *v);

/* --- context.c --- */

/* Makes `next` the vCPU this CPU runs; saves what the hardware holds of the previous one. */
void context_switch(struct vcpu *next);

/* Fills the pv group of a new vCPU. 0, -ENOMEM. */
int context_init(struct vcpu *v) must_check;

/* This CPU, which idles, keeps nothing of the vCPU it ran last. */
void context_unload(void);

/* Gives back what context_init made; no CPU holds anything of v (sched_is_stopped). */
void context_destroy(struct vcpu *v);

#endif
