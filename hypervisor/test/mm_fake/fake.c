/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake machine: frames, copies, flushes, domains. See fake.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fake.h"
#include "hypercalls.h"
#include "mm/alloc.h"
#include "mm/m2p.h"

#define MAP_BYTES (64ul << 20)

unsigned fake_preempt_every;
uint64_t fake_copies_left = ~0ull;
void (*fake_on_flush)(uint64_t cpus);
unsigned fake_cpu;
uint64_t fake_flushes, fake_cr3, fake_page;
void (*fake_between)(void);
unsigned fake_patience = 100000;

static struct domain *table[64];
static unsigned preempt_calls;
static uint64_t pending; /* CPUs whose flush waits for their exit to the guest */

/* --- What x86/ and lib/ give --- */

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("# panic: ", stdout);
    vprintf(fmt, ap);
    puts("");
    va_end(ap);
    fflush(stdout);
    abort();
}

void printk(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("# ", stdout);
    vprintf(fmt, ap);
    va_end(ap);
}

static bool is_ours(uint64_t va, size_t n)
{
    return va < FAKE_END && va + n > FAKE_START;
}

bool guest_range_ok(guest_ptr p, size_t n)
{
    uint64_t last = p.va + (n ? n - 1 : 0);

    return last >= p.va && last < 1ull << 47 && !is_ours(p.va, n);
}

static bool copy_ok(guest_ptr p, size_t n)
{
    if (!p.va || !guest_range_ok(p, n) || !fake_copies_left)
        return false;
    if (fake_copies_left != ~0ull)
        fake_copies_left--;
    return true;
}

int guest_read(void *dst, guest_ptr src, size_t n)
{
    if (!copy_ok(src, n))
        return -EFAULT;
    memcpy(dst, (void *)src.va, n);
    return 0;
}

int guest_read_pair(void *dst, guest_ptr src)
{
    return guest_read(dst, src, 16);
}

int guest_write(guest_ptr dst, const void *src, size_t n)
{
    if (!copy_ok(dst, n))
        return -EFAULT;
    memcpy((void *)dst.va, src, n);
    return 0;
}

void tlb_flush(uint64_t cpus)
{
    fake_flushes++;
    if (fake_on_flush)
        fake_on_flush(cpus);
}

void tlb_flush_here(void)
{
}

void invlpg(uint64_t va)
{
    fake_page = va;
}

void cr3_load(mfn_t l4)
{
    fake_cr3 = l4.n;
    pending = 0;
    if (fake_on_flush)
        fake_on_flush(1ull << fake_cpu);
}

void paging_fill_l4(uint64_t *l4)
{
    for (unsigned i = HOLE_FIRST_SLOT; i <= HOLE_LAST_SLOT; i++)
        l4[i] = FAKE_HOLE_ENTRY;
}

bool paging_show_m2p(uint64_t *l4, bool show)
{
    return false;
}

void paging_map_large(uint64_t va, uint64_t phys, uint64_t bytes, bool guest_reads)
{
}

bool preempt_wanted(void)
{
    return fake_preempt_every && ++preempt_calls % fake_preempt_every == 0;
}

/* --- What pv/ and domain/ give --- */

/* Descriptors are good unless one is all ones. */
int on_descriptor_frame(uint64_t *descriptors)
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        if (descriptors[i] == ~0ull)
            return -EINVAL;
    return 0;
}

mfn_t on_grant_frame(const struct domain *d, uint64_t index)
{
    return MFN_NONE; /* no grant tables here */
}

int on_set_ldt(struct vcpu *v, uint64_t address, unsigned entries)
{
    return 0;
}

struct domain *domain_by_id(domid_t id)
{
    return id < ARRAY_SIZE(table) ? table[id] : NULL;
}

/* --- The machine --- */

static void *map_at(uint64_t va, size_t bytes)
{
    void *p = mmap((void *)va, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);

    if (p != (void *)va) {
        puts("Bail out! cannot map the fake machine");
        exit(1);
    }
    return p;
}

void fake_domain_drop(struct domain *d)
{
    table[d->id] = NULL;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        free(d->vcpus[i]);
    free(d);
}

void fake_start(uint64_t frames, uint64_t io)
{
    static bool is_mapped;
    static uint64_t heap_maps[4096], m2p[4096];

    if (!is_mapped) {
        map_at(FRAMES_VA, MAP_BYTES);
        map_at(DIRECT_VA, MAP_BYTES);
        is_mapped = true;
    }
    BUG_ON(heap_bytes(frames) > sizeof(heap_maps) || frames > ARRAY_SIZE(m2p));
    for (unsigned i = 0; i < ARRAY_SIZE(table); i++)
        if (table[i])
            fake_domain_drop(table[i]);
    memset(heap_maps, 0, sizeof(heap_maps));
    memset((void *)DIRECT_VA, 0, frames * PAGE_SIZE);
    list_init(&all_domains);
    frame_count = frames;
    frame_limit = 1ull << 36;
    for (uint64_t n = 0; n < frames; n++)
        *frame_of(MFN(n)) = (struct frame){.own = n < io ? OWN_IO : OWN_OURS};
    m2p_init(m2p, frames * 8);
    heap_init(frames, heap_maps);
}

static struct vcpu *vcpu_new(struct domain *d, unsigned cpu)
{
    struct vcpu *v = aligned_alloc(64, ROUND_UP(sizeof(*v), 64));

    memset(v, 0, sizeof(*v));
    v->domain = d;
    v->cpu = cpu;
    for (unsigned i = 0; i < ARRAY_SIZE(v->ldt_frames); i++)
        v->ldt_frames[i] = MFN_NONE;
    BUG_ON(mm_vcpu_create(v));
    return v;
}

struct domain *fake_domain(domid_t id, unsigned cpu, uint64_t max_pages)
{
    struct domain *d = calloc(1, sizeof(*d));

    d->id = id;
    d->max_pages = max_pages;
    d->state = DOMAIN_RUNNING;
    d->dirty_cpus = 1ull << cpu;
    BUG_ON(mm_domain_create(d));
    for (d->vcpu_count = 0; d->vcpu_count < 2; d->vcpu_count++)
        d->vcpus[d->vcpu_count] = vcpu_new(d, cpu);
    table[id] = d;
    return d;
}

void fake_domain_forget(struct domain *d)
{
    mm_domain_free(d);
    fake_domain_drop(d);
}

/* --- Hypercalls, restarted as the dispatcher does --- */

/* The arguments of a hypercall that may be restarted. */
struct call {
    struct vcpu *v;
    uint64_t arg[2];
    unsigned times;
};

static bool again(struct call *c, long rc)
{
    if (rc != -ERESTART || ++c->times > fake_patience) {
        c->v->restart.changed = 0; /* as the dispatcher leaves it */
        return false;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(c->arg); i++)
        if (c->v->restart.changed >> i & 1)
            c->arg[i] = c->v->restart.arg[i];
    c->v->restart.changed = 0;
    if (fake_between)
        fake_between();
    fake_cpu = c->v->cpu;
    return true;
}

static struct call call_of(struct vcpu *v, uint64_t arg0, uint64_t arg1)
{
    fake_cpu = v->cpu;
    v->restart.changed = 0;
    return (struct call){.v = v, .arg = {arg0, arg1}};
}

long fake_mmu_update(struct vcpu *v, mmu_update_t *r, uint32_t count, uint32_t *done, uint32_t whose)
{
    struct call c = call_of(v, (uint64_t)r, count);
    long rc;

    do
        rc = hc_mmu_update(v, GPTR(c.arg[0]), c.arg[1], GPTR((uint64_t)done), whose);
    while (again(&c, rc));
    return rc;
}

long fake_mmuext(struct vcpu *v, mmuext_op_t *ops, uint32_t count, uint32_t *done, uint32_t whose)
{
    struct call c = call_of(v, (uint64_t)ops, count);
    long rc;

    do
        rc = hc_mmuext_op(v, GPTR(c.arg[0]), c.arg[1], GPTR((uint64_t)done), whose);
    while (again(&c, rc));
    return rc;
}

long fake_memory_op(struct vcpu *v, unsigned op, void *arg)
{
    struct call c = call_of(v, op, 0);
    long rc;

    do
        rc = hc_memory_op(v, c.arg[0], GPTR((uint64_t)arg));
    while (again(&c, rc));
    return rc;
}

long fake_update_va(struct vcpu *v, uint64_t va, uint64_t entry, uint64_t flags)
{
    struct call c = call_of(v, 0, 0);
    long rc;

    do
        rc = hc_update_va_mapping(v, va, entry, flags);
    while (again(&c, rc));
    return rc;
}

/* A trapped store is run again by the guest as often as it takes. */
int fake_ptwr(struct vcpu *v, mfn_t l1, unsigned slot, uint64_t old, uint64_t new)
{
    struct call c = call_of(v, 0, 0);
    int rc;

    do
        rc = mm_ptwr(v, l1, slot, old, new);
    while (rc == -EAGAIN && vcpu_job(v)->state == JOB_RUNNING && again(&c, -ERESTART));
    return rc;
}

void fake_destroy(struct domain *d)
{
    int rc;

    d->state = DOMAIN_DYING;
    do
        rc = mm_domain_destroy(d);
    while (rc == -ERESTART);
    BUG_ON(rc);
}
