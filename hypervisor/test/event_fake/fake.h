/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine and the neighbours, for host tests of sched/, event/ and grant/: a clock that only
 * moves when told, CPUs chosen by a variable, guest memory that is host memory and fails on
 * request.
 */
#ifndef FAKE_H
#define FAKE_H

#include "ci/tap.h"
#include "domain/domain.h"

extern uint64_t fake_now;
extern uint64_t fake_armed[];  /* by CPU: last clock_arm */
extern unsigned fake_arms;     /* calls of clock_arm */
extern unsigned fake_kicks[];  /* by CPU */
extern int fake_access_budget; /* guest accesses until they fail, -1: never */
extern int fake_preempt_every; /* 0: never wanted */
extern int fake_alloc_budget;  /* allocations until they fail, -1: never */
extern int fake_pages_out;     /* hypervisor pages allocated and not freed */
extern struct domain *fake_domains[];
extern unsigned fake_cpu_total;

void fake_machine(unsigned cpus); /* everything as after start-up */
struct domain *fake_domain(domid_t id, unsigned vcpus);
void fake_domain_free(struct domain *d);

extern struct fake_upcalls {
    bool bind_fires; /* the interrupt arrives while on_pirq_bind runs */
    int bind_answer, initialise_answer, share_answer;
    unsigned unbinds;
    int shutdown_reason;
    struct domain *shutdown_of;
    char *info_page;
} fake_up;

static inline guest_ptr at(const void *p)
{
    return GPTR((uint64_t)p);
}

static inline uint64_t rng_next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

#endif
