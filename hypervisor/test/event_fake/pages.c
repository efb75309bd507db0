/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"
#include "fake.h"
#include "grant/pages.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include <sys/mman.h>
#include <xen/grant_table.h>

#define DOMAINS 4

int fake_refs[DOMAINS * FAKE_FRAMES], fake_writable[DOMAINS * FAKE_FRAMES];
int fake_audited[DOMAINS * FAKE_FRAMES];
bool fake_table_page[DOMAINS * FAKE_FRAMES];
struct fake_slot fake_slots[DOMAINS][FAKE_SLOTS];
int fake_shared_pages;
unsigned fake_flushes;

static unsigned unmappings;                     /* entries that were cleared */
static unsigned flushed;                        /* no TLB holds those up to this one */
static unsigned unmapped[DOMAINS * FAKE_FRAMES]; /* the last of them that mapped the frame */

/* In a test of races (race/race.h) others may come wherever the real functions wait or look at what is shared. */
__attribute__((weak)) void race_step(void);

static void step(void)
{
    if (race_step)
        race_step();
}

/* Entries hold 32 bits of a frame number, so the frames have to lie low in host memory. */
void fake_pages_init(void)
{
    size_t bytes = DOMAINS * FAKE_FRAMES * PAGE_SIZE;

    if (mmap((void *)(FAKE_FIRST << PAGE_SHIFT), bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
        panic("no memory at %#llx", FAKE_FIRST << PAGE_SHIFT);
}

void tlb_flush(uint64_t cpus)
{
    unsigned before = unmappings;

    fake_flushes++;
    step();
    flushed = MAX(flushed, before);
}

bool fake_is_stale(uint64_t frame)
{
    return (int)(unmapped[frame - FAKE_FIRST] - flushed) > 0;
}

int pages_hold(struct domain *owner, mfn_t frame, bool write)
{
    uint64_t i = frame.n - FAKE_FIRST;

    step();
    if (frame.n < FAKE_FIRST || i / FAKE_FRAMES != owner->id || (write && fake_table_page[i]))
        return -EINVAL;
    fake_refs[i]++;
    fake_writable[i] += write;
    return 0;
}

void pages_drop(struct domain *owner, mfn_t frame, bool write)
{
    uint64_t i = frame.n - FAKE_FIRST;

    step();
    BUG_ON(!fake_refs[i] || (write && !fake_writable[i]) || i / FAKE_FRAMES != owner->id);
    fake_refs[i]--;
    fake_writable[i] -= write;
}

/* Frames that are none of these are vcpu_info pages of the event tests. */
static bool is_fake_frame(mfn_t m)
{
    return m.n >= FAKE_FIRST && m.n < FAKE_FIRST + DOMAINS * FAKE_FRAMES;
}

int mm_hold(struct domain *d, mfn_t m)
{
    return is_fake_frame(m) ? pages_hold(d, m, true) : fake_up.share_answer;
}

void mm_release(struct domain *d, mfn_t m)
{
    pages_drop(d, m, true);
}

void mm_audit_count(mfn_t m, unsigned refs, unsigned uses)
{
    fake_audited[m.n - FAKE_FIRST] += (int)refs;
}

int pages_share(struct domain *d, mfn_t frame)
{
    fake_shared_pages++;
    return 0;
}

void pages_unshare(struct domain *d, mfn_t frame)
{
    fake_shared_pages--;
    hv_free(frame_data(frame), 0);
}

static struct fake_slot *slot_at(struct vcpu *v, uint64_t host_addr)
{
    uint64_t slot = host_addr / PAGE_SIZE - 1;

    return host_addr % PAGE_SIZE || slot >= FAKE_SLOTS ? NULL : &fake_slots[v->domain->id][slot];
}

static uint32_t kept(uint32_t flags)
{
    return flags & (GNTMAP_readonly | GNTMAP_contains_pte);
}

int pages_map(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame, struct domain *owner)
{
    struct fake_slot *s = slot_at(v, host_addr);

    step();
    if (!s || s->frame)
        return -EINVAL;
    *s = (struct fake_slot){.frame = frame.n, .flags = kept(flags)};
    return 0;
}

int pages_unmap(struct vcpu *v, uint64_t host_addr, uint32_t flags, mfn_t frame)
{
    struct fake_slot *s = slot_at(v, host_addr);

    step();
    if (!s || s->frame != frame.n || s->flags != kept(flags))
        return -EINVAL;
    *s = (struct fake_slot){0};
    unmapped[frame.n - FAKE_FIRST] = ++unmappings;
    return 0;
}
