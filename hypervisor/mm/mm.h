/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine memory and direct paging: what mm/ offers to the folders above.
 *
 * Every machine frame has an owner and a count of references to its existence; it has one use at a time
 * (writable, page table of some level, descriptors) and a count of those who rely on that use. A guest
 * writes its page tables only through entry.c, which keeps both counts.
 *
 * Locks: d->mm_lock covers all page tables of d and what its vCPUs have loaded. Frame words change by
 * compare-and-swap, because another domain may hold references to a frame of d. The heap has a lock of its
 * own below mm_lock. Functions here take d->mm_lock themselves; call them without it.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include "domain/domain.h"

/* --- Birth (boot.c) --- */

/* First tell the RAM from 1 MiB up (frames; below 1 MiB all frames belong to DOMID_IO), then what of it
 * is taken (our image, modules). */
void mm_early_ram(mfn_t first, uint64_t count);
void mm_early_reserve(mfn_t first, uint64_t count);

/* Is all of it RAM that nobody has reserved? */
bool mm_early_is_unused(mfn_t first, uint64_t count);

/* Zeroed frames below 4 GiB before mm_boot_init(), for ever ours. Panics when there are none. */
mfn_t mm_early_alloc(uint64_t count, uint64_t align);
mfn_t mm_early_frame(void);

/* Builds frame table, M2P and heap; needs paging_init() done. phys_bits: width of physical addresses. */
void mm_boot_init(unsigned phys_bits);

/* Gives reserved RAM (a module that has been used up) to the heap. */
void mm_boot_release(mfn_t first, uint64_t count);

/* One past the highest frame of RAM. */
uint64_t mm_max_frame(void);

/* Frames of RAM from 1 MiB up, whoever has them. */
uint64_t mm_ram_frames(void);

/* --- Heap (alloc.c) --- */

#define MM_MAX_ORDER 18

/* 2^order frames, aligned to their size, all below frame `below` (~0: anywhere), owned by us, zeroed
 * unless `dirty` (for memory of the first domain only). MFN_NONE when there are none. */
mfn_t frame_alloc(unsigned order, uint64_t below, bool dirty);
void frame_free(mfn_t first, unsigned order);
uint64_t mm_free_frames(void);

void *hv_alloc(unsigned order); /* zeroed pages in the direct map, or NULL */
void hv_free(void *page, unsigned order);

/* --- Domains and vCPUs (domain_memory.c) --- */

int mm_domain_create(struct domain *d) must_check; /* d->id and d->max_pages are set; -ENOMEM */
int mm_vcpu_create(struct vcpu *v) must_check;     /* -ENOMEM */

/* 2^order new frames for d, M2P entries still invalid. MFN_NONE: no memory or over d->max_pages. */
mfn_t mm_populate(struct domain *d, unsigned order, uint64_t below, bool dirty);

/* Gives up all a dead domain holds: finishes jobs, drops base tables, unpins, frees. -ERESTART: call
 * again; 0: done, and what foreign mappings still hold is counted in d->pages until they end. */
int mm_domain_destroy(struct domain *d) must_check;
void mm_domain_free(struct domain *d); /* last of all */

/* Frame of ours that d may map writable (shared_info, grant table); not counted in d->pages. Ends with
 * frame_unshare(), when our own pointers to it are gone; the frame is freed when the guest's are too. */
void frame_share(mfn_t m, struct domain *d);
void frame_unshare(mfn_t m);

/* Frame of ours that a privileged domain may map by naming DOMID_XEN: the M2P, trace buffers. */
void frame_publish(mfn_t m, bool writable);

/* A reference that keeps frame m of d in existence and writable, for a structure that we write
 * (vcpu_info, runstate). 0, -EINVAL. */
int mm_hold(struct domain *d, mfn_t m) must_check;
void mm_release(struct domain *d, mfn_t m);

/* What a frame is used for (type.c). */
enum frame_use { USE_NONE, USE_L1, USE_L2, USE_L3, USE_L4, USE_SEG, USE_WRITABLE };

/* --- Page tables (base.c, walk.c, va_mapping.c) --- */

/* Pins a raw L4 of d through the same checks as a guest's own. For builders; runs to completion. */
int mm_pin_l4(struct domain *d, mfn_t m) must_check;

/* Installs base tables in a vCPU that does not run; MFN_NONE for no user table. 0, -ERESTART: call again. */
int mm_load_base(struct vcpu *v, mfn_t kernel, mfn_t user) must_check;

/* As MMUEXT_NEW_BASEPTR, for the running vCPU. 0, -ERESTART: call again; else refused. */
int mm_new_base(struct vcpu *v, mfn_t m) must_check;

/* The level-1 entry behind va in v's kernel tables, whichever mode it is in; false: not mapped. */
bool mm_translate(const struct vcpu *v, uint64_t va, uint64_t *entry);

/* Trapped writes to live tables. mm_l1e_of: does va, in the kernel tables of v, show a level-1 table of
 * its domain? Then which table, slot and present content. 0, -ENOENT.
 * mm_ptwr: replaces that content by `new` if it is still `old`. 0, -EAGAIN (let the guest run the
 * instruction again), else the entry is refused (give the guest its fault). The accessed and dirty bits
 * of `old` are compared too.
 * mm_store: both in one step: the entry at va becomes (entry & keep) | put, *old what it was. */
int mm_l1e_of(const struct vcpu *v, uint64_t va, mfn_t *table, unsigned *slot, uint64_t *entry) must_check;
int mm_ptwr(struct vcpu *v, mfn_t table, unsigned slot, uint64_t old, uint64_t new) must_check;
int mm_store(struct vcpu *v, uint64_t va, uint64_t keep, uint64_t put, uint64_t *old) must_check;

/* Grant mappings. `where` is an entry of a validated level-1 table of v's domain: by its own machine
 * address, or by the virtual address it translates. Map: the entry becomes `entry`, whose frame must
 * belong to `owner`; it takes its references itself. Unmap: the entry is cleared if it maps m with that
 * writability. 0, -EINVAL, -EBUSY. */
struct entry_place {
    bool is_va;
    uint64_t address;
};
int mm_map_foreign(struct vcpu *v, struct entry_place where, uint64_t entry, domid_t owner) must_check;
int mm_unmap_foreign(struct vcpu *v, struct entry_place where, mfn_t m, bool writable) must_check;

/* --- Descriptor frames (descriptor_frame.c) --- */

int mm_descriptors_get(struct domain *d, mfn_t m) must_check; /* checks all 512 on the first reference */
void mm_descriptors_put(struct domain *d, mfn_t m);

/* Writes a descriptor that has been checked. The frame must be d's, and descriptors or writable. */
int mm_descriptor_write(struct domain *d, uint64_t machine_address, uint64_t descriptor) must_check;

/* --- Machine to physical (m2p.c) --- */

void m2p_set(mfn_t m, uint64_t pfn);
uint64_t m2p_get(mfn_t m);
#define M2P_INVALID (~0ull)
#define M2P_SHARED  (~0ull - 1)

/* --- Memory maps and device memory (memory_map.c, io.c) --- */

struct e820entry {
    uint64_t addr, size;
    uint32_t type;
} __attribute__((packed));

/* The map XENMEM_machine_memory_map reports; copied. */
#define MM_MAX_E820 128
void mm_set_machine_map(const struct e820entry *map, unsigned count);

/* Frames no guest may map even if it owns devices: our APICs, MSI addresses, IOMMU. */
void mm_deny_io(mfn_t first, uint64_t count);
bool mm_io_permitted(const struct domain *d, mfn_t m);

/* --- Audit (audit.c) --- */

/* Recounts every frame. Returns how many are wrong (-ENOMEM without scratch memory) and prints the
 * first few. All domains must be still: nothing else may run. */
int mm_audit(void);

/* Who holds references that no table shows (grants in use by us) tells the audit: `source` is called
 * during an audit and reports each held frame through mm_audit_count(). */
void mm_audit_source(void (*source)(void));
void mm_audit_count(mfn_t m, unsigned refs, unsigned uses);

/* --- Up-calls: implemented in pv/ where not said otherwise --- */

/* Checks (and edits as the ABI says) the 512 descriptors of a frame about to become USE_SEG. Called with
 * mm_lock held: looks at its argument only. 0, -EINVAL. */
int on_descriptor_frame(uint64_t *descriptors);
/* Frame `index` of d's grant table, MFN_NONE beyond its end (in grant/). d is alive. */
mfn_t on_grant_frame(const struct domain *d, uint64_t index);
/* MMUEXT_SET_LDT. Called without locks. */
int on_set_ldt(struct vcpu *v, uint64_t address, unsigned entries);

#endif
