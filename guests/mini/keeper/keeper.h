/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keeper runs in dom0's place and uses the control interfaces as a toolstack does: it waits for the
 * guests that were started at boot, ends them, and makes and ends domains of its own. After each end the
 * machine must have as many free frames as it should, and the audit must agree.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include "../lib/tools.h"
#include "../lib/verdict.h"

/* --- keeper.c: questions --- */

u32 cpus(void);
bool audit_agrees(void);

/* Of a domain's flags and numbers; -ESRCH when it is gone. */
long domain_info(domid_t domain, struct xen_domctl_getdomaininfo *info);

/* Blocks for that long. */
void sleep_ns(u64 ns);

/* 0 to below - 1, below 2^31; the same numbers for the same first *state. */
static inline u64 random(u64 *state, u64 below)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul;
    return (*state >> 33) % below;
}

/* Domains but dom0, in `list` (room for LIST_MAX). */
#define LIST_MAX 200
extern struct xen_domctl_getdomaininfo list[LIST_MAX];
u32 domains_list(void);

/* --- domain.c: making a domain, step by step; 0 or the first error --- */

long domain_new(domid_t *domain); /* two vCPUs, one frame of grants */
long domain_limit(domid_t domain, u64 pages);
long domain_populate(domid_t domain, u64 *frames, u64 pages); /* frames[pfn]: where each is */
long domain_vcpu(domid_t domain, u32 vcpu, vcpu_guest_context_t *context);
long domain_pin_l4(domid_t domain, u64 frame);

/* The entry of our page `at` maps that frame of the domain, or again our own. */
long map_foreign(void *at, u64 frame, domid_t domain);
long map_own(void *at);
u64 grant_table_frame(domid_t domain); /* the first, 0 for none */

/* --- victim.c: a whole domain that runs restless() on both of its vCPUs --- */

#define IMAGE_START  (VIRT_BASE + 0x100000)
#define VICTIM_PAGES 128
#define FIRST_IMAGE  5 /* frames[FIRST_IMAGE] and up: a copy of our image, the pool behind it */

/* Makes one up to step `steps` (VICTIM_STEPS: it runs). 0, or the first error; the domain may be there. */
#define VICTIM_STEPS 7
struct victim {
    domid_t domain; /* 0: not made */
    u64 frames[VICTIM_PAGES];
};
long victim_make(struct victim *of, unsigned int steps, u64 seed);
/* A word of our image in its copy. */
u64 victim_peek(const struct victim *of, const u64 *word);
void victim_poke(const struct victim *of, const u64 *word, u64 value);

/* --- restless.c: what a victim does until somebody ends it --- */

struct restless {
    u64 frames[VICTIM_PAGES];
    u64 pool;      /* frames[pool] and up are nobody's */
    u64 seed;
    u64 calls;     /* made by now */
    u32 port;      /* dom0's, unbound, for the victim */
    u32 refs, ref; /* dom0 grants it `refs` frames, `ref` and up */
    domid_t owner; /* not 0: it holds grant `ref` of that domain, and does nothing else, until `let_go` */
    u64 let_go;
};
extern struct restless restless_work; /* of each victim its own */
void __attribute__((noreturn)) restless(u64 vcpu);
/* Mapped by nothing: where it maps what it is granted. */
#define SPARE_PAGE 511
extern u8 restless_stack[2][PAGE_SIZE];

/* --- guests.c, response.c, shares.c, cycle.c, right.c, kill.c, held.c, state.c, times.c: the cases --- */

void guests_run(const char *args);
void response_run(const char *args); /* in the place of guests_run: its guests do not end */
void shares_run(const char *args);   /* likewise */
void cycle_run(const char *args);
void right_run(void);
void kill_run(const char *args);
void held_run(void);
void times_run(void); /* beside one guest that computes, on one CPU */
void state_run(void);

#endif
