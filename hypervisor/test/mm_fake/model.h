/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What mm/ should do, written a second time and as plainly as possible: recursion, no jobs, no locks, one
 * array of frames. Nothing of mm/ is used but constants of the ABI.
 *
 * Every operation answers whether the hypervisor has to accept it, and changes the model accordingly.
 */
#ifndef MM_MODEL_H
#define MM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#ifndef MODEL_FRAMES
#define MODEL_FRAMES 64
#endif

enum { KIND_NONE, KIND_L1, KIND_L2, KIND_L3, KIND_L4, KIND_SEG, KIND_WRITABLE };
enum { OWNER_IO = 0x7ff1, OWNER_OURS = 0x7ff2, OWNER_FREE = 0x7ff4 };

struct model_frame {
    int owner, kind;
    unsigned uses, refs;
    bool is_pinned, is_allocated, is_shared, is_read_only;
    uint64_t stale;       /* CPUs that may hold a translation which is in no table any more */
    uint64_t stale_write; /* the same, a writable one */
    uint64_t stale_table; /* CPUs that may still use it as a table */
    uint64_t stale_step;  /* the step that made the last of these marks */
};

struct model_domain {
    bool exists, is_hardware;
    int kernel, user; /* frame or -1 */
    uint64_t cpus;
    unsigned pages, max_pages;
};

extern struct model_frame mf[MODEL_FRAMES];
extern struct model_domain md[4];
extern uint64_t mw[MODEL_FRAMES][TABLE_ENTRIES]; /* the words of each frame that can be entries */
extern uint64_t model_m2p[MODEL_FRAMES];
extern uint64_t model_denied;                    /* a device frame nobody may map */
extern uint64_t model_step;                      /* set by the driver before each operation */
extern const char *model_operation;              /* its name */
extern uint64_t model_flushed;                   /* CPUs flushed during the step by what is tested */

/* Says what is wrong and stops. */
__attribute__((noreturn, format(printf, 1, 2))) void model_fail(const char *fmt, ...);

/* A flush happened. */
void model_flush(uint64_t cpus);

bool model_write(int d, int owner, uint64_t address, uint64_t value, bool keep_ad);
bool model_l1_write(int d, int owner, int table, unsigned slot, uint64_t value, bool keep_ad);
bool model_replace(int d, int table, unsigned slot, uint64_t old, uint64_t value);
int model_walk(int d, uint64_t va, unsigned *slot); /* the level-1 table, or -1 */
bool model_pin(int d, int f, int level);
bool model_unpin(int d, int f);
bool model_base(int d, int f, bool is_user); /* f -1: none */
bool model_descriptors_get(int d, int f);
void model_descriptors_put(int d, int f);
bool model_ref(int d, int f);
void model_unref(int f);
bool model_hold(int d, int f);
void model_release(int d, int f);
bool model_can_take(int d, int f); /* may leave its domain: nothing but its allocation is left */
void model_take(int d, int f);     /* and becomes ours */
bool model_can_alloc(unsigned order, uint64_t below);
void model_give(int d, int f, unsigned order); /* frames that were free or ours */
void model_destroy(int d);
bool model_m2p_set(int owner, uint64_t f, uint64_t pfn);

#endif
