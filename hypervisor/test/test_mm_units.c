/* SPDX-License-Identifier: BSD-2-Clause */
/* Single answers of mm/ that random operations do not reach: birth, reservations, exchange, bad pointers,
 * device memory, foreign domains, and the ABI's refusals. Tables have 512 entries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci/tap.h"
#include "mm_fake/fake.h"
#include "hypercalls.h"
#include "mm/frame.h"
#include "mm/free_map.h"
#include "mm/alloc.h"
#include "mm/memory_op.h"

static struct domain *dom0, *domu;
static struct vcpu *v0, *vu;

/* 256 frames: 16 of devices, 48 ours, the rest free; 64 for dom0 at 64, aligned; 32 for domu. */
static void start(void)
{
    fake_preempt_every = 0;
    fake_copies_left = ~0ull;
    fake_start(256, 16);
    heap_add(MFN(64), 192);
    heap_add(MFN(32), 32);
    dom0 = fake_domain(0, 0, 100);
    domu = fake_domain(1, 1, 40);
    dom0->is_hardware = dom0->is_privileged = true;
    v0 = dom0->vcpus[0];
    vu = domu->vcpus[0];
}

static uint64_t *words(mfn_t m)
{
    return frame_data(m);
}

static mfn_t one(struct domain *d)
{
    mfn_t m = mm_populate(d, 0, ~0ull, false);

    BUG_ON(mfn_is_none(m));
    return m;
}

static uint64_t link_to(mfn_t m)
{
    return m.n << 12 | PTE_P | PTE_RW | PTE_US;
}

/* A pinned, loaded tree with one table of each level; t[4] is the L4. Address 0 is the L1's first entry. */
static void tree(struct domain *d, mfn_t t[5])
{
    for (int i = 1; i <= 4; i++)
        t[i] = one(d);
    for (int i = 2; i <= 4; i++)
        words(t[i])[0] = link_to(t[i - 1]);
    BUG_ON(mm_pin_l4(d, t[4]) || mm_load_base(d->vcpus[0], t[4], MFN_NONE));
}

static long update(struct vcpu *v, mfn_t table, unsigned slot, uint64_t value, uint32_t whose)
{
    mmu_update_t r = {.ptr = table.n << 12 | slot * 8, .val = value};

    return fake_mmu_update(v, &r, 1, NULL, whose);
}

static long ext(struct vcpu *v, unsigned cmd, uint64_t mfn, uint32_t whose)
{
    mmuext_op_t op = {.cmd = cmd, .arg1.mfn = mfn};

    return fake_mmuext(v, &op, 1, NULL, whose);
}

/* --- Birth --- */

static void heap_cases(void)
{
    uint64_t before = mm_free_frames();
    mfn_t m = frame_alloc(4, ~0ull, false), low = frame_alloc(2, 64, false);

    check(m.n % 16 == 0 && m.n < 256, "the heap hands out an aligned run");
    check(low.n % 4 == 0 && low.n + 4 <= 64, "and one below a limit");
    check(mfn_is_none(frame_alloc(9, ~0ull, false)) && mfn_is_none(frame_alloc(0, 32, false)),
          "and nothing when there is nothing");
    memset(frame_data(m), 0x5a, PAGE_SIZE);
    frame_free(m, 4);
    frame_free(low, 2);
    m = frame_alloc(4, ~0ull, false);
    check(words(m)[7] == 0, "memory is scrubbed before it is handed out again [heap.scrubbed]");
    frame_free(m, 4);
    check(mm_free_frames() == before && !mm_audit(), "and the heap is as it was");
}

/* A set as large as a word, or as a word of words: its highest member is found all the same. */
static void free_map_case(uint64_t size)
{
    static uint64_t memory[128];
    struct free_map map;

    memset(memory, 0, sizeof(memory));
    check(free_map_bytes(size) <= sizeof(memory), "a free map's memory");
    free_map_init(&map, size, memory);
    free_map_set(&map, 5);
    check(free_map_last(&map, size) == 5, "the highest member of a full-sized map is found");
    free_map_clear(&map, 5);
    check(free_map_last(&map, size) == ~0ull, "and none when there is none");
}

static void free_map_cases(void)
{
    free_map_case(63);
    free_map_case(64);
    free_map_case(65);
    free_map_case(64 * 64);
}

static void boot_cases(void)
{
    fake_start(16, 16); /* only to have the memory */
    mm_early_ram(MFN(256), 3840 - 256);
    mm_early_reserve(MFN(512), 100);
    mfn_t table = mm_early_frame();
    mm_boot_init(36);
    check(mm_max_frame() == 3840 && table.n >= 256 && table.n < 3840, "birth: RAM is known");
    check(own_domain(frame_of(MFN(0))->own) == DOMID_IO &&
              own_domain(frame_of(MFN(600))->own) == DOMID_XEN &&
              own_domain(frame_of(table)->own) == DOMID_XEN &&
              own_domain(frame_of(MFN(300))->own) == DOMID_INVALID,
          "birth: each frame has its owner");
    uint64_t before = mm_free_frames();
    mm_boot_release(MFN(512), 100);
    check(mm_free_frames() == before + 100 && mm_audit() == 0, "birth: a used module returns to the heap");
}

/* --- Reservations --- */

static void reservation_cases(void)
{
    xen_pfn_t list[3] = {7, 8, 9};
    struct xen_memory_reservation r = {.nr_extents = 3, .domid = DOMID_SELF};
    uint64_t before = domu->pages;

    set_xen_guest_handle(r.extent_start, list);
    check(fake_memory_op(vu, XENMEM_populate_physmap, &r) == 3 && domu->pages == before + 3 &&
              m2p_get(MFN(list[1])) == 8,
          "populate gives frames and their numbers");
    r.nr_extents = 2;
    check(fake_memory_op(vu, XENMEM_decrease_reservation, &r) == 2 && domu->pages == before + 1 &&
              m2p_get(MFN(list[1])) == M2P_INVALID,
          "decrease takes them back");
    r.nr_extents = 1ull << 61;
    check(fake_memory_op(vu, XENMEM_decrease_reservation, &r) == 0, "more extents than a list can have: none");
    r.nr_extents = 1;
    r.extent_order = 10;
    check(fake_memory_op(vu, XENMEM_populate_physmap, &r) == 0, "order 10 is not for a guest");
    r.extent_order = 6;
    check(fake_memory_op(vu, XENMEM_populate_physmap, &r) == 0 && domu->pages == before + 1,
          "no more than max_pages");
    r.extent_order = 0;
    r.mem_flags = XENMEMF_populate_on_demand;
    check(fake_memory_op(vu, XENMEM_populate_physmap, &r) == -EINVAL, "unknown flags are refused");
    r.mem_flags = 0;
    r.domid = 0;
    check(fake_memory_op(vu, XENMEM_populate_physmap, &r) == -EPERM, "another domain's memory: privileged only");
    r.domid = 44;
    check(fake_memory_op(v0, XENMEM_populate_physmap, &r) == -ESRCH, "no such domain");
    r.domid = DOMID_SELF;
    set_xen_guest_handle(r.extent_start, (xen_pfn_t *)DIRECT_VA);
    check(fake_memory_op(vu, XENMEM_populate_physmap, &r) == 0 && domu->pages == before + 1 && !mm_audit(),
          "a list in our own memory: nothing happens [access.only]");
    check(hc_memory_op(vu, 63, GPTR(0)) == -ENOSYS && hc_memory_op(vu, 7, GPTR(0)) == -ENOSYS,
          "unknown operations answer before they read anything");
}

/* --- Exchange --- */

static struct xen_memory_exchange joined(xen_pfn_t *in, unsigned order, xen_pfn_t *out)
{
    struct xen_memory_exchange e = {
        .in = {.nr_extents = 1u << order, .domid = DOMID_SELF},
        .out = {.nr_extents = 1, .extent_order = order, .domid = DOMID_SELF, .mem_flags = 32}};

    set_xen_guest_handle(e.in.extent_start, in);
    set_xen_guest_handle(e.out.extent_start, out);
    return e;
}

static void exchange_cases(void)
{
    mfn_t run = mm_populate(dom0, 3, ~0ull, false);
    xen_pfn_t in[8], out[8] = {1000};

    for (int i = 0; i < 8; i++)
        in[i] = run.n + i;
    struct xen_memory_exchange e = joined(in, 3, out);
    check(fake_memory_op(v0, XENMEM_exchange, &e) == 0 && e.nr_exchanged == 8 && out[0] == run.n &&
              m2p_get(MFN(run.n + 7)) == 1007,
          "exchange of frames that lie well hands the same frames back");
    xen_pfn_t swap = in[0];
    in[0] = in[1];
    in[1] = swap;
    out[0] = 2000;
    e = joined(in, 3, out);
    uint64_t pages = dom0->pages;
    check(fake_memory_op(v0, XENMEM_exchange, &e) == 0 && e.nr_exchanged == 8 && out[0] % 8 == 0 &&
              out[0] != run.n && m2p_get(MFN(out[0] + 7)) == 2007 && dom0->pages == pages && !mm_audit(),
          "exchange of others gives an aligned run");
    run = MFN(out[0]);
    for (int i = 0; i < 8; i++)
        in[i] = run.n + (i ^ 1);
    mfn_t t[5];
    tree(dom0, t);
    BUG_ON(update(v0, t[1], 0, link_to(MFN(in[3])), DOMID_SELF));
    out[0] = 3000;
    e = joined(in, 3, out);
    check(fake_memory_op(v0, XENMEM_exchange, &e) == -EBUSY && e.nr_exchanged == 0 && out[0] == 3000 &&
              m2p_get(run) == 2000 && frame_is_of(dom0, run) && !mm_audit(),
          "a frame in use: nothing is exchanged [exchange.whole]");
    BUG_ON(update(v0, t[1], 0, 0, DOMID_SELF));
    uint64_t canary = *(uint64_t *)FRAMES_VA;
    set_xen_guest_handle(e.out.extent_start, (xen_pfn_t *)FRAMES_VA);
    check(fake_memory_op(v0, XENMEM_exchange, &e) == -EFAULT && *(uint64_t *)FRAMES_VA == canary && !mm_audit(),
          "an output list in our own memory is not written (XSA-212)");
    set_xen_guest_handle(e.out.extent_start, out);
    e.nr_exchanged = 3;
    check(fake_memory_op(v0, XENMEM_exchange, &e) == -EINVAL, "progress that is no whole chunk is refused");
    check(hc_memory_op(vu, XENMEM_exchange, GPTR((uint64_t)&e)) == -EPERM, "exchange: device owners only");
    bool good = true;
    for (unsigned n = 0; n < 6; n++) {
        e = joined(in, 3, out);
        out[0] = 4000;
        fake_copies_left = n;
        long rc = hc_memory_op(v0, XENMEM_exchange, GPTR((uint64_t)&e));
        fake_copies_left = ~0ull;
        /* When even the report fails, the frames are exchanged and out says so. */
        if (rc == 0)
            break;
        good = good && rc == -EFAULT && !mm_audit();
        if (frame_is_of(dom0, MFN(in[0])))
            continue;
        good = good && n == 4;
        for (int i = 0; i < 8; i++)
            in[i] = out[0] + (i ^ 1);
    }
    check(good && !mm_audit(), "any copy of an exchange may fail");
}

/* --- Lists --- */

static void list_cases(void)
{
    mfn_t t[5], data = one(domu);
    mmu_update_t r[70];
    uint32_t done = 7;

    tree(domu, t);
    for (unsigned i = 0; i < 70; i++)
        r[i] = (mmu_update_t){.ptr = t[1].n << 12 | i * 8, .val = link_to(data)};
    r[68].val |= PTE_ADDR;
    check(fake_mmu_update(vu, r, 70, &done, DOMID_SELF) == -EINVAL && done == 68 && !mm_audit(),
          "a list ends at the first refusal and says how far it came");
    fake_copies_left = 1;
    check(fake_mmu_update(vu, r, 70, NULL, DOMID_SELF) == -EFAULT && !mm_audit(),
          "or at the first request that cannot be read");
    fake_copies_left = ~0ull;
    check(fake_mmu_update(vu, r, 2, (uint32_t *)DIRECT_VA, DOMID_SELF) == -EFAULT && !mm_audit(),
          "a count is not written to our own memory");
    r[0].ptr |= 4;
    check(fake_mmu_update(vu, r, 1, NULL, DOMID_SELF) == -ENOSYS, "an entry's address is a multiple of 8 (XSA-227)");
    fake_preempt_every = 1;
    for (unsigned i = 0; i < 70; i++)
        r[i] = (mmu_update_t){.ptr = t[1].n << 12 | i * 8, .val = link_to(data) | PTE_A};
    done = 0;
    check(fake_mmu_update(vu, r, 70, &done, DOMID_SELF) == 0 && done == 70, "a restarted list goes on where it was");
    fake_preempt_every = 0;
    check(hc_mmuext_op(vu, GPTR(0), 1, GPTR(0), DOMID_SELF) == -EFAULT, "a list that cannot be read");
    check(ext(vu, 99, 0, DOMID_SELF) == -ENOSYS && ext(vu, MMUEXT_MARK_SUPER, 0, DOMID_SELF) == -EOPNOTSUPP &&
              ext(vu, MMUEXT_FLUSH_CACHE, 0, DOMID_SELF) == -EACCES &&
              ext(v0, MMUEXT_FLUSH_CACHE, 0, DOMID_SELF) == 0,
          "operations that are not, and one for device owners");
}

/* --- Tables --- */

static void table_cases(void)
{
    mfn_t t[5];

    tree(domu, t);
    check(words(t[4])[256] == FAKE_HOLE_ENTRY && words(t[4])[271] == FAKE_HOLE_ENTRY &&
              words(t[4])[255] == 0 && words(t[4])[272] == 0,
          "a level-4 table gets our sixteen slots [layout.hole]");
    check(update(vu, t[4], 256, link_to(t[3]), DOMID_SELF) == -EINVAL &&
              update(vu, t[4], 271, 0, DOMID_SELF) == -EINVAL && words(t[4])[271] == FAKE_HOLE_ENTRY,
          "and they are not the guest's to change");
    bool refused = true;
    for (int i = 2; i <= 4; i++)
        refused = refused && update(vu, t[i], 1, link_to(t[i]), DOMID_SELF) == -EINVAL;
    check(refused && !mm_audit(), "no table refers to itself");
    refused = true;
    for (int i = 2; i <= 4; i++)
        refused = refused && update(vu, t[i], 0, words(t[i])[0] | PTE_PSE, DOMID_SELF) == -EINVAL;
    check(refused && !mm_audit(), "no superpages, not even in place (XSA-148)");
    check(update(vu, t[1], 0, link_to(t[1]), DOMID_SELF) == -EINVAL &&
              update(vu, t[1], 0, link_to(t[1]) & ~PTE_RW, DOMID_SELF) == 0 &&
              update(vu, t[1], 0, link_to(t[1]), DOMID_SELF) == -EINVAL && !mm_audit(),
          "a table is mapped read-only and stays so (XSA-182) [type.one]");
    check(ext(vu, MMUEXT_PIN_L4_TABLE, t[4].n, DOMID_SELF) == -EINVAL &&
              ext(vu, MMUEXT_UNPIN_TABLE, t[3].n, DOMID_SELF) == -EINVAL &&
              ext(vu, MMUEXT_PIN_L3_TABLE, t[2].n, DOMID_SELF) == -EINVAL,
          "pins: not twice, not what is not pinned, not at another level");
    uint64_t entry;
    mfn_t table;
    unsigned slot;
    check(!mm_l1e_of(vu, 24, &table, &slot, &entry) && mfn_eq(table, t[1]) && slot == 3,
          "a trapped store finds the table it went to");
    check(mm_l1e_of(vu, HOLE_START, &table, &slot, &entry) == -ENOENT &&
              mm_l1e_of(vu, 1ull << 47, &table, &slot, &entry) == -ENOENT,
          "and nothing in our hole or between the halves");
    uint64_t held = words(t[1])[3], was = 0;
    check(!mm_store(vu, 24, ~PTE_RW, 0, &was) && was == held && words(t[1])[3] == (held & ~PTE_RW) &&
              mm_store(vu, 24, 0, link_to(t[1]), &was) == -EINVAL && words(t[1])[3] == (held & ~PTE_RW) &&
              !mm_store(vu, 24, 0, held, &was) && was == (held & ~PTE_RW) && !mm_audit(),
          "a store by address does what is allowed");
    check(mm_store(vu, HOLE_START, 0, 0, &was) == -ENOENT && mm_store(vu, 1ull << 47, 0, 0, &was) == -ENOENT &&
              mm_store(vu, PAGE_SIZE, 0, 0, &was) == -ENOENT && !mm_audit(),
          "and nothing where no table is");
    uint64_t flushes = fake_flushes;
    mfn_t l1 = one(domu);
    BUG_ON(update(vu, t[1], 5, link_to(l1), DOMID_SELF) || update(vu, t[1], 5, 0, DOMID_SELF));
    check(!ext(vu, MMUEXT_PIN_L1_TABLE, l1.n, DOMID_SELF) && fake_flushes > flushes,
          "a frame that was writable becomes a table after a flush (XSA-408) [type.flushed]");
    check(ext(vu, MMUEXT_NEW_BASEPTR, t[3].n, DOMID_SELF) == -EINVAL && mfn_eq(vu->kernel_l4, t[4]),
          "a base that is no level-4 table leaves the old one [base.loaded]");
    check(ext(vu, MMUEXT_NEW_BASEPTR, ~0ul, DOMID_SELF) == -EINVAL &&
              ext(vu, MMUEXT_NEW_USER_BASEPTR, ~0ul, DOMID_SELF) == -EINVAL && mfn_eq(vu->kernel_l4, t[4]),
          "nor does the number that stands for none inside");
    check(!ext(vu, MMUEXT_UNPIN_TABLE, t[4].n, DOMID_SELF) && words(t[4])[0] && !mm_audit(),
          "a loaded table outlives its pin");
}

/* --- Device memory, other domains --- */

static void device_cases(void)
{
    mfn_t t[5], u[5], theirs = one(domu);

    tree(dom0, t);
    tree(domu, u);
    mm_deny_io(MFN(0xfee00), 1);
    check(update(v0, t[1], 0, 0xb8000ull >> 12 << 12 | PTE_P | PTE_RW, DOMID_SELF) == 0 ||
              update(v0, t[1], 0, 3ull << 12 | PTE_P | PTE_RW, DOMID_SELF) == 0,
          "the device owner maps device memory");
    check((words(t[1])[0] & PTE_CACHE) == (PTE_PCD | PTE_PWT), "uncached [entry.cached]");
    check(update(vu, u[1], 0, 3ull << 12 | PTE_P, DOMID_SELF) == -EPERM &&
              update(vu, u[1], 0, 3ull << 12 | PTE_P, DOMID_IO) == -EPERM,
          "nobody else does");
    check(update(v0, t[1], 1, 0xfee00ull << 12 | PTE_P, DOMID_SELF) == -EPERM &&
              update(v0, t[1], 1, 1ull << 37 << 12 | PTE_P, DOMID_SELF) == -EINVAL,
          "our APIC is denied; what no address can name is refused");
    check(update(v0, t[1], 1, 40ull << 12 | PTE_P, DOMID_SELF) < 0 &&
              update(v0, t[1], 1, 40ull << 12 | PTE_P, DOMID_XEN) < 0 &&
              update(vu, u[1], 1, t[4].n << 12 | PTE_P, DOMID_SELF) == -EBUSY,
          "our frames and another domain's are not mapped");
    check(update(v0, t[1], 1, link_to(theirs), 1) == 0 && !mm_audit(), "a privileged domain names their owner");
    check(update(v0, t[1], 2, link_to(one(dom0)), 0) == -ESRCH, "its own number names nobody: it is DOMID_SELF");
    check(ext(vu, MMUEXT_PIN_L1_TABLE, t[1].n, 0) == -EPERM && update(vu, t[1], 0, 0, 0 | 1 << 16) == -EPERM,
          "others may not");
    fake_destroy(domu);
    check(domu->pages == 1 && frame_is_of(domu, theirs) && !mm_audit(),
          "a dead domain's frame stays while it is mapped");
    uint64_t free = mm_free_frames();
    check(update(v0, t[1], 1, 0, DOMID_SELF) == 0 && domu->pages == 0 && mm_free_frames() == free + 1,
          "and goes with the mapping");
}

/* --- A job nobody comes back to --- */

static void job_cases(void)
{
    mfn_t t[5];

    for (int i = 1; i <= 4; i++)
        t[i] = one(domu);
    for (int i = 2; i <= 4; i++)
        for (int k = 0; k < (i == 2 ? 1 : 2); k++)
            words(t[i])[k] = link_to(t[i - 1]);
    mfn_t second = one(domu);
    words(t[2])[1] = link_to(second);
    fake_preempt_every = fake_patience = 1;
    check(ext(v0, MMUEXT_PIN_L4_TABLE, t[4].n, 1) == -ERESTART && vcpu_job(v0)->state == JOB_RUNNING &&
              !mm_audit(),
          "a pin that is interrupted and never gone on with");
    check(ext(vu, MMUEXT_PIN_L1_TABLE, t[1].n, DOMID_SELF) == 0 && !mm_audit(),
          "what it has finished is there for others");
    check(ext(vu, MMUEXT_PIN_L4_TABLE, t[4].n, DOMID_SELF) == -ERESTART && !mm_audit(),
          "what it has not they wait for [type.locked]");
    fake_destroy(domu);
    check(vcpu_job(v0)->state == JOB_IDLE && domu->pages == 0 && !mm_audit(),
          "the domain's death ends it, whoever's it is [job.undo]");
    fake_patience = 100000;
    check(ext(v0, MMUEXT_PIN_L4_TABLE, t[4].n, 1) == -ESRCH, "and the guest that comes back finds nobody");
}

/* --- Flushes that a guest asks for --- */

static uint64_t flushed;

static void note_flush(uint64_t cpus)
{
    flushed |= cpus;
}

/* Of domu's vCPU 0: is it these CPUs that are flushed, and this page that is forgotten here? */
static bool flushes(unsigned cmd, uint64_t vcpus, uint64_t cpus, uint64_t page)
{
    mmuext_op_t op = {.cmd = cmd, .arg1.linear_addr = 0x5000};

    set_xen_guest_handle(op.arg2.vcpumask, (void *)&vcpus);
    flushed = fake_page = 0;
    return !fake_mmuext(vu, &op, 1, NULL, DOMID_SELF) && flushed == cpus && fake_page == page;
}

static void flush_cases(void)
{
    const uint64_t here = 1u << 1, there = 1u << 3;

    vu->cpu = 1;
    domu->vcpus[1]->cpu = 3;
    domu->dirty_cpus = here | there;
    fake_on_flush = note_flush;
    check(flushes(MMUEXT_TLB_FLUSH_LOCAL, 0, here, 0) && flushes(MMUEXT_INVLPG_LOCAL, 0, 0, 0x5000), "flushed here");
    check(flushes(MMUEXT_TLB_FLUSH_ALL, 0, here | there, 0) && flushes(MMUEXT_INVLPG_ALL, 0, there, 0x5000),
          "flushed wherever the domain is: here a page, there everything");
    check(flushes(MMUEXT_TLB_FLUSH_MULTI, 2, there, 0) && flushes(MMUEXT_INVLPG_MULTI, 2, there, 0) &&
              flushes(MMUEXT_INVLPG_MULTI, 3, there, 0x5000),
          "flushed where the named vCPUs are");
    check(flushes(MMUEXT_TLB_FLUSH_MULTI, ~3ull, 0, 0), "nobody is flushed for vCPUs there are not");
    domu->dirty_cpus = here;
    check(flushes(MMUEXT_TLB_FLUSH_MULTI, 3, here, 0), "nor where nothing of the domain's is left");
    fake_on_flush = NULL;
}

/* --- Questions --- */

static void question_cases(void)
{
    struct e820entry map[2] = {{0, 0x9f000, 1}, {0x100000, 0xff00000, 1}}, out[4];
    struct xen_memory_map request = {.nr_entries = 4};
    struct xen_foreign_memory_map given = {.domid = domu->id, .map.nr_entries = 2};
    struct xen_machphys_mapping m2p;
    domid_t self = DOMID_SELF;

    mm_set_machine_map(map, 2);
    set_xen_guest_handle(request.buffer, (void *)out);
    check(hc_memory_op(v0, XENMEM_machine_memory_map, GPTR((uint64_t)&request)) == 0 &&
              request.nr_entries == 2 && !memcmp(out, map, sizeof(map)) &&
              hc_memory_op(vu, XENMEM_machine_memory_map, GPTR((uint64_t)&request)) == -EPERM,
          "the machine's memory map is for the device owner");
    request.nr_entries = 1;
    check(hc_memory_op(v0, XENMEM_machine_memory_map, GPTR((uint64_t)&request)) == -EINVAL &&
              hc_memory_op(vu, XENMEM_memory_map, GPTR((uint64_t)&request)) == -ENOSYS,
          "too small a buffer; a domain without a map");
    set_xen_guest_handle(given.map.buffer, (void *)&map[0]);
    request.nr_entries = 4;
    memset(out, 0, sizeof(out));
    check(hc_memory_op(vu, XENMEM_set_memory_map, GPTR((uint64_t)&given)) == -EPERM &&
              !hc_memory_op(v0, XENMEM_set_memory_map, GPTR((uint64_t)&given)) &&
              !hc_memory_op(vu, XENMEM_memory_map, GPTR((uint64_t)&request)) && request.nr_entries == 2 &&
              !memcmp(out, map, sizeof(map)),
          "the map a domain is given is the one it reads");
    check(hc_memory_op(vu, XENMEM_current_reservation, GPTR((uint64_t)&self)) == (long)domu->pages &&
              hc_memory_op(vu, XENMEM_maximum_reservation, GPTR((uint64_t)&self)) == 40 &&
              hc_memory_op(vu, XENMEM_maximum_ram_page, GPTR(0)) == 255 &&
              !hc_memory_op(vu, XENMEM_machphys_mapping, GPTR((uint64_t)&m2p)) && m2p.v_start == M2P_VA,
          "sizes and places");
}

int main(void)
{
    static void (*const groups[])(void) = {heap_cases,     free_map_cases, reservation_cases,
                                           exchange_cases, list_cases,     table_cases,
                                           device_cases,   job_cases,      flush_cases,    question_cases};

    for (unsigned i = 0; i < ARRAY_SIZE(groups); i++) {
        start();
        groups[i]();
    }
    boot_cases();
    return check_end();
}
