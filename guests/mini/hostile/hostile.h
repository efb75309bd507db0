/* SPDX-License-Identifier: BSD-2-Clause */
/* The hostile guest: where its randomness, its frames and its moves come from. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "../lib/hypercall.h"

/* --- random.c: the run is a function of the seed and of the hypervisor's answers ------------- */

void random_seed(u64 seed);
u64 random_u64(void);
u32 random_below(u32 n);
/* True once in n times. */
bool random_one_in(u32 n);
/* A word some argument may choke on: boundaries, pool frames, entries, addresses, counts. */
u64 random_word(void);
u64 random_pte(void);
u64 random_mfn(void);
/* An address to pass as a pointer that is not the buffer: nowhere, or in the hypervisor's hole. */
u64 random_bad_pointer(void);
void random_fill(void *to, size_t bytes);

/* --- pool.c: the frames the guest plays with ------------------------------------------------- */

/*
 * [pool.apart]   no frame the guest needs in order to go on (text, stack, its own tables, the
 *                buffer) is in the pool, and no entry it writes names such a frame with RW set
 * [pool.checked] a pool page is written by the guest only while its own entry still maps a pool
 *                frame, and only inside trap_catch
 */
#define POOL_PAGES  96 /* mapped in our image */
#define POOL_FRAMES 32 /* without a mapping, may be given back to the hypervisor */

extern u64 *pool_page[POOL_PAGES];
extern u64 pool_frame[POOL_FRAMES];
void pool_init(void);
/* One word of a pool page, by an instruction that may fault; false when it did or might not be. */
bool pool_write(u64 *at, u64 value, unsigned int how);
/* Is it there, and this? Another vCPU may take the page away at any time. */
bool pool_holds(const u64 *at, u64 value);
bool pool_clear(u64 *page);

/* Two pages at BUFFER with nothing behind them: what hypercalls read and write. */
#define BUFFER     0x0000000050000000ul
#define BUFFER_END (BUFFER + 2 * PAGE_SIZE)
/* A page user mode may run but not write, filled with random bytes through code_page. */
#define CODE_PAGE 0x0000000060000000ul
extern u64 *code_page;

/* --- hostile.c, hog.c ------------------------------------------------------------------------- */

/* One of all the moves there are. */
void hostile_step(void);
/* The abuses that words `hog=NAME` choose, in turns, on so many vCPUs, for `ms` milliseconds, 0: for ever. False when
 * there are none. */
bool hog_run(const char *args, unsigned int vcpus, u64 ms);

/* --- vcpus.c ---------------------------------------------------------------------------------- */

#define VCPUS_MAX 8
/* What a vCPU other than the first does again and again. */
typedef void bare_fn(unsigned int vcpu);
/* vCPUs 1 to n - 1 do that from now on. 0, or why not. */
long vcpus_start(unsigned int n, bare_fn *step);

/* --- the moves: each makes one or a few hypercalls ------------------------------------------- */

/* A mutation of page tables. */
void mutate_step(void);
/* What came of it: pins accepted by level, present entries accepted into read-only pages. */
extern u64 mutate_pinned[4], mutate_linked;
/* A hypercall with random arguments; how many calls were made, by number. */
void calls_step(void);
extern u64 calls_made[64], calls_accepted[64];
void calls_count(u64 nr, long result);
/* Random code in user mode, ended by a trap or by a timer. */
void user_step(void);
void user_step_init(void);
/* Events and grants of another domain. */
extern bool has_peer;
void storm_init(domid_t peer); /* DOMID_INVALID: none */
void storm_step(void);
void storm_events(void);
void storm_grants(void);
extern u64 storm_mapped; /* grants mapped */
/* A mutation that is one hypercall and touches none of our own memory: fit for a vCPU without traps. */
void mutate_bare(unsigned int vcpu);
/* Makes sure the guest wakes within a millisecond of virtual time. */
void timer_arm(void);
/* And again every millisecond, or not: the timer armed once may go off before a call that waits. */
void timer_repeat(bool is_wanted);

/* --- torn.c: a page that becomes a page table, and data again, while another vCPU writes it --- */

void torn_store(void);
void torn_table(unsigned int vcpu);

/* --- store.c, ring.c: what the domains that serve us get ---------------------------------------- */

bool store_init(void); /* false: there is no xenstore */
/* Wait for the answer, which is in store_answer; false when it was refused. */
bool store_read(const char *path);
bool store_write(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
extern char store_answer[];
/* Until the store has something to say, for 2 ms at most. */
void store_wait(void);
/* The abuse of the store, whose count is in data/store; of a disk's back end, in data/ring. */
void store_start(void);
void store_step(void);
void ring_start(void);
void ring_step(void);

#endif
