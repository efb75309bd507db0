/* SPDX-License-Identifier: BSD-2-Clause */
/* The random steps of ways.c, and what they work on. */
#ifndef ABI_WAYS_H
#define ABI_WAYS_H

#include "abi.h"

enum { PAGES = 4, SLOTS = 8 };

extern struct ways {
    /* 0 while the straight ways are taken, 1 while the general one is. Read from memory each time: the two
     * runs must not differ in a register, since registers are compared. */
    volatile unsigned int general;
    u64 random;
    u64 *pages[PAGES]; /* numbered in their last word */
    u64 *slots;        /* the L1 entries of TEST_VA and the pages behind it */
    u64 *leaf;         /* a page that becomes an L1 table now and then */
    u8 *code[2];       /* pages to run code in */
    u64 base[2], user_base[2], foreign; /* frame numbers: pairs of L4 tables, a frame of somebody else */
    u32 port;          /* an IPI to ourselves */
    bool is_stale;     /* a translation was used after its flush */
} ways;

/* Vectors whose gates change. */
enum { GATES = 4 };
extern const u8 ways_gates[GATES];

/* --- What a step leaves (ways.c) --- */

void see(u64 value);
void see_words(const void *from, size_t bytes);
void see_state(void); /* slots and events */

/* A hypercall with all other registers random; sees them all afterwards. */
void call(u64 nr, u64 a, u64 b, u64 c, u64 d);

/* Clears the registers that a call may leave anything in. Enters no hypervisor, which might do there what it
 * had left undone. */
void same_registers(void);

/* --- Choosing (ways_choose.c) --- */

u64 any(u64 below);
u64 any_entry(void);
struct mmu_update any_request(void);
u64 any_address(void);

/* An address to jump to: nothing that could be executed. */
u64 any_code(void);

/* --- With all registers (ways.S) --- */

void ways_call(u64 registers[15]);
void ways_spin(u64 registers[14]);
extern u32 ways_event_came; /* the event callback has run */
extern const char ways_kernel_target[];

/* --- Steps --- */

typedef void ways_step(void);
ways_step step_update, step_protect, step_va_mapping, step_store, step_access, step_user_access, step_base, step_pin,
    step_multicall, step_flush; /* ways_memory.c */
ways_step step_iret, step_exception, step_segment, step_stack, step_event, step_emulated, step_timer, step_unknown,
    step_gate; /* ways_trap.c */

#endif
