/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine of a few frames in host memory, for the tests of mm/.
 *
 * Guest memory is host memory: a guest_ptr is the address of a test's own buffer. Addresses of the fake
 * machine itself count as the hypervisor's hole and are refused.
 */
#ifndef MM_FAKE_H
#define MM_FAKE_H

#include "mm/domain_memory.h"
#include "mm/entry.h"

/* Frames 0 to io - 1 are DOMID_IO's, the rest is ours and not yet free. Forgets every domain. */
void fake_start(uint64_t frames, uint64_t io);

/* Makes a domain with two vCPUs, which run on CPU `cpu`. Never fails. */
struct domain *fake_domain(domid_t id, unsigned cpu, uint64_t max_pages);
void fake_domain_forget(struct domain *d);
void fake_domain_drop(struct domain *d); /* the same without mm/ knowing: the machine starts anew */

/* preempt_wanted() says yes at each k-th call; 0 never. */
extern unsigned fake_preempt_every;

/* How many guest copies still succeed; ~0 all. */
extern uint64_t fake_copies_left;

/* Called when CPUs are flushed: by tlb_flush (CPU of the caller deferred) or by a CR3 load. */
extern void (*fake_on_flush)(uint64_t cpus);
extern unsigned fake_cpu;         /* the CPU "we" run on */
extern uint64_t fake_flushes;     /* calls of tlb_flush */
extern uint64_t fake_page;        /* which INVLPG was last told to forget */
extern uint64_t fake_cr3;         /* what was last loaded, a frame number */

#define FAKE_HOLE_ENTRY 0x00000000dead0063ull

/* Each is called until it does not ask to be restarted, with the arguments it asked for; or, after
 * fake_patience times, no more: the guest forgets about it. Then the answer is -ERESTART. */
extern unsigned fake_patience;
long fake_mmu_update(struct vcpu *v, mmu_update_t *r, uint32_t count, uint32_t *done, uint32_t whose);
long fake_mmuext(struct vcpu *v, mmuext_op_t *ops, uint32_t count, uint32_t *done, uint32_t whose);
long fake_memory_op(struct vcpu *v, unsigned op, void *arg);
long fake_update_va(struct vcpu *v, uint64_t va, uint64_t entry, uint64_t flags);
int fake_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new);
void fake_destroy(struct domain *d);
extern void (*fake_between)(void); /* called between a hypercall and its restart */

#endif
