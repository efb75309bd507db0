/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races of grants (race/race.h):
 *
 *      CPU 0: `owner` gives its frames, and ends that as guests do: the flags go to 0 while no mark is set
 *      CPU 1, 2: two vCPUs of `user` map, unmap and copy; they share slots and handles
 *      CPU 3: the tools, perhaps the end of `owner` or of `user`
 *
 * Whoever has ended a grant writes a secret into the frame: nobody reads it, nobody reaches it and nobody writes there
 * [grant.flushed] [copy.held]. What must hold whenever nobody has the owner's lock: marks are set as pins say
 * [grant.marked], and a pin holds its frame [grant.refs]. While nobody is about to change that, there is a pin for each
 * mapping. In the end everything is given back. In some walks the owner writes what it likes into its table, which may
 * harm only itself.
 *
 * usage: test_race_grants [SEED | FIRST COUNT]
 */
#include "fake.h"
#include "grant/table.h"
#include "hypercalls.h"
#include "pages.h"
#include "race.h"
#include "sched/sched.h"

#include <malloc.h>
#include <string.h>

enum { CPUS = 4, TOOLS = 3, TURNS = 40, SEEDS = 4000, OWNER = 1, USER = 2 };
enum { REFS = 3, FRAMES = 2 * REFS, SLOTS = 4, HANDLES = 6 };
enum content { NOTHING, GIVEN, WRITTEN, SECRET };

static struct domain *owner, *user; /* NULL when dead */
static bool is_hostile;             /* this walk's owner */
static bool is_given[REFS];
static bool nobody_may_pin;         /* the owner is known to be dying */
static bool is_still[CPUS];         /* runs no guest any more */
static unsigned busy;               /* CPUs that change the user's mappings */
static unsigned done;
static int pages_before;
static uint64_t mapped, copied, ended, refused, killed;

static unsigned any_ref(void)
{
    return race_below(REFS);
}

/* The user's page tables or TLBs have it. */
static bool is_reached(uint64_t frame)
{
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (fake_slots[USER][slot].frame == frame)
            return true;
    return fake_is_stale(frame);
}

/* --- What the owner does --- */

static grant_entry_v1_t *entry(unsigned ref)
{
    return &grants_of(owner)->shared[0][ref];
}

static uint8_t *content(uint64_t frame)
{
    return (uint8_t *)(frame << PAGE_SHIFT);
}

static void give(unsigned ref)
{
    grant_entry_v1_t *e = entry(ref);

    e->frame = (uint32_t)fake_frame(OWNER, 2 * ref + race_below(2));
    e->domid = USER;
    race_check(*content(e->frame) != WRITTEN, "nobody writes what is not granted any more");
    *content(e->frame) = GIVEN;
    race_step();
    __atomic_store_n(&e->flags, GTF_permit_access | (race_below(4) ? 0 : GTF_readonly), __ATOMIC_RELEASE);
    is_given[ref] = true;
}

static void end_access(unsigned ref)
{
    grant_entry_v1_t *e = entry(ref);
    uint16_t flags = __atomic_load_n(&e->flags, __ATOMIC_ACQUIRE);

    race_step();
    if (flags & (GTF_reading | GTF_writing) ||
        !__atomic_compare_exchange_n(&e->flags, &flags, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        refused++;
        return;
    }
    race_check(!is_reached(e->frame), "nobody reaches what is not granted any more");
    *content(e->frame) = SECRET;
    is_given[ref] = false;
    ended++;
}

static void scribble(unsigned ref)
{
    grant_entry_v1_t e = {.flags = race_below(4) ? GTF_permit_access : (uint16_t)race_below(32),
                          .domid = race_below(8) ? USER : OWNER,
                          .frame = (uint32_t)fake_frame(race_below(8) ? OWNER : USER, race_below(FRAMES))};
    uint64_t word;

    memcpy(&word, &e, sizeof(word));
    __atomic_store_n((uint64_t *)entry(ref), word, __ATOMIC_RELAXED);
}

static void owner_acts(void)
{
    unsigned ref = any_ref();

    for (unsigned i = race_below(100); i; i--) /* the others' turns take longer */
        race_step();
    if (is_hostile)
        scribble(ref);
    else if (is_given[ref])
        end_access(ref);
    else
        give(ref);
}

/* --- What the user does --- */

static struct vcpu *user_vcpu(void)
{
    return user->vcpus[fake_cpu_id - 1];
}

static long hypercall(uint32_t cmd, void *ops, uint32_t count)
{
    long rc;

    busy++;
    rc = hc_grant_table_op(user_vcpu(), cmd, at(ops), count);
    busy--;
    return rc;
}

static void map(void)
{
    static const uint32_t parts[] = {GNTMAP_host_map, GNTMAP_host_map, GNTMAP_device_map,
                                     GNTMAP_host_map | GNTMAP_device_map};
    struct gnttab_map_grant_ref op = {.host_addr = fake_slot_address(race_below(SLOTS)),
                                      .flags = parts[race_below(4)] | (race_below(2) ? GNTMAP_readonly : 0),
                                      .ref = any_ref(), .dom = OWNER};
    bool is_late = nobody_may_pin;

    hypercall(GNTTABOP_map_grant_ref, &op, 1);
    race_check(op.status != GNTST_okay || !is_late, "nobody maps what belongs to a dying domain");
    mapped += op.status == GNTST_okay;
}

/* As a guest would that knows what it has mapped, but not what its other vCPU does meanwhile. */
static struct gnttab_unmap_grant_ref unmapping(uint32_t handle, unsigned slot)
{
    uint64_t frame = fake_slots[USER][slot].frame;
    struct gnttab_unmap_grant_ref op = {.handle = handle, .host_addr = fake_slot_address(slot)};

    if (race_below(2) && frame)
        op.dev_bus_addr = frame << PAGE_SHIFT;
    return op;
}

static void unmap(void)
{
    struct gnttab_unmap_grant_ref ops[2];

    for (unsigned i = 0; i < ARRAY_SIZE(ops); i++)
        ops[i] = unmapping(race_below(HANDLES), race_below(SLOTS));
    hypercall(GNTTABOP_unmap_grant_ref, ops, 1 + race_below(2));
}

static void copy(void)
{
    uint64_t own = fake_frame(USER, fake_cpu_id);
    struct gnttab_copy_ptr grant = {.domid = OWNER, .u.ref = any_ref()}, mine = {.domid = DOMID_SELF, .u.gmfn = own};
    bool reads = race_below(2), is_late = nobody_may_pin;
    struct gnttab_copy op = {.source = reads ? grant : mine, .dest = reads ? mine : grant, .len = 1,
                             .flags = reads ? GNTCOPY_source_gref : GNTCOPY_dest_gref};

    *content(own) = WRITTEN;
    hypercall(GNTTABOP_copy, &op, 1);
    if (op.status != GNTST_okay)
        return;
    copied++;
    race_check(is_hostile || *content(own) != SECRET, "nobody reads what is not granted any more");
    race_check(!is_late, "nobody copies what belongs to a dying domain");
}

static void user_acts(void)
{
    switch (race_below(5)) {
    case 0:
    case 1:
        map();
        break;
    case 2:
        copy();
        break;
    default:
        unmap();
    }
}

/* Both parts of everything, wherever it is. */
static void unmap_all(void)
{
    for (uint32_t handle = 0; handle < grants_of(user)->handle_count; handle++) {
        struct mapping m = *mapping_at(user, handle);
        struct gnttab_unmap_grant_ref op = {.handle = handle};

        if (!(m.flags & MAPPING_PARTS) || m.flags & MAPPING_BUSY)
            continue;
        op.dev_bus_addr = grant_pinned_frame(owner, m.ref).n << PAGE_SHIFT;
        for (unsigned slot = 0; slot < SLOTS; slot++) {
            op.host_addr = fake_slot_address(slot);
            hypercall(GNTTABOP_unmap_grant_ref, &op, 1);
        }
    }
}

/* --- What must hold --- */

static bool is_locked(const struct domain *d)
{
    return d->io_lock.next != d->io_lock.serving;
}

static const struct active *active(unsigned ref)
{
    static const struct active unused;
    const struct active *page = grants_of(owner)->active[0];

    return page ? &page[ref] : &unused;
}

/* Mappings of the reference that write, or that only read. */
static unsigned mappings_of(unsigned ref, bool writes)
{
    unsigned n = 0;

    for (uint32_t handle = 0; handle < grants_of(user)->handle_count; handle++) {
        const struct mapping *m = mapping_at(user, handle);

        n += m->flags & MAPPING_PARTS && m->ref == ref && !(m->flags & GNTMAP_readonly) == writes;
    }
    return n;
}

static void audit_ref(unsigned ref, unsigned *pins)
{
    const struct active *a = active(ref);
    uint16_t marks = (a->writers ? GTF_writing : 0) | (a->readers || a->writers ? GTF_reading : 0);

    race_check(is_hostile || (entry(ref)->flags & (GTF_reading | GTF_writing)) == marks, "marks are as pins say");
    race_check(busy || !user || (a->readers == mappings_of(ref, false) && a->writers == mappings_of(ref, true)),
               "there is a pin for each mapping");
    if (marks)
        pins[a->frame - fake_frame(OWNER, 0)] += a->readers + a->writers;
}

static void audit(void)
{
    unsigned pins[FRAMES] = {0}, pinned = 0;

    for (unsigned i = 0; i < FRAMES; i++)
        race_check(!is_reached(fake_frame(OWNER, i)) || fake_refs[fake_frame(OWNER, i) - FAKE_FIRST],
                   "no mapping outlives its reference");
    if (!owner || !owner->grants || is_locked(owner))
        return;
    for (unsigned ref = 0; ref < REFS; ref++) {
        audit_ref(ref, pins);
        pinned += active(ref)->readers || active(ref)->writers;
    }
    race_check(grants_of(owner)->pinned == pinned, "pinned entries are counted");
    for (unsigned i = 0; i < FRAMES; i++)
        race_check(fake_refs[fake_frame(OWNER, i) - FAKE_FIRST] >= (int)pins[i], "a pin holds its frame");
}

static void check_gone(domid_t id)
{
    for (unsigned i = 0; i < FAKE_FRAMES; i++) {
        uint64_t frame = fake_frame(id, i);

        race_check(!fake_refs[frame - FAKE_FIRST] && !fake_writable[frame - FAKE_FIRST] && !is_reached(frame),
                   "what is given back is nobody's");
    }
}

/* --- What CPUs do --- */

/* Between two hypercalls. */
static void pass(void)
{
    if (sched_work() & WORK_HOLD)
        hold_here();
}

static void let_others_pass(void)
{
    cpus_hold();
    cpus_release();
}

static void stop(struct domain *d, unsigned first_cpu, unsigned last_cpu)
{
    lock_take(&d->io_lock);
    __atomic_store_n(&d->state, DOMAIN_DYING, __ATOMIC_SEQ_CST);
    lock_drop(&d->io_lock);
    for (unsigned i = first_cpu; i <= last_cpu; i++)
        while (!is_still[i])
            race_wait();
}

/* As control/destroy.c ends a domain. */
static void kill_owner(void)
{
    struct domain *d = owner;

    stop(d, 0, 0);
    nobody_may_pin = true;
    while (grant_domain_release(d) || !grant_domain_is_idle(d))
        race_wait();
    let_others_pass();
    check_gone(OWNER);
    owner = NULL;
    grant_domain_destroy(d);
    __atomic_store_n(&fake_domains[OWNER], NULL, __ATOMIC_RELEASE);
    let_others_pass();
    fake_domain_free(d);
    killed++;
}

/* Its page tables go first. */
static void kill_user(void)
{
    stop(user, 1, 2);
    memset(fake_slots[USER], 0, sizeof(fake_slots[USER]));
    tlb_flush(~0ull);
    busy++;
    while (grant_domain_release(user))
        ;
    busy--;
    killed++;
}

/* Half of the seeds leave both alive. */
static void tools(void)
{
    for (unsigned i = race_below(20 * TURNS); i; i--) {
        race_step();
        pass();
    }
    switch (race_below(4)) {
    case 0:
        kill_owner();
        break;
    case 1:
        kill_user();
        break;
    }
}

static void guest(const struct domain *d, void (*act)(void))
{
    for (unsigned turn = 0; turn < TURNS && d->state != DOMAIN_DYING; turn++) {
        act();
        race_step();
        race_look(audit);
        pass();
    }
    if (d == user && is_still[3 - fake_cpu_id] && d->state != DOMAIN_DYING)
        unmap_all(); /* without the other, which could seize what we try to unmap */
    is_still[fake_cpu_id] = true;
}

static void play(void)
{
    if (fake_cpu_id == TOOLS)
        tools();
    else if (fake_cpu_id == 0)
        guest(owner, owner_acts);
    else
        guest(user, user_acts);
    for (done++; done < CPUS; race_wait())
        pass();
}

/* --- The walk --- */

static struct domain *make(domid_t id, unsigned vcpus)
{
    struct domain *d = fake_domain(id, vcpus);

    race_check(grant_domain_init(d, 1, HANDLES) == 0, "there is memory");
    return d;
}

static void begin(void)
{
    pages_before = fake_pages_out;
    owner = make(OWNER, 1);
    user = make(USER, 2);
    is_hostile = race_below(4) == 0;
    nobody_may_pin = false;
    busy = done = 0;
    memset(is_given, 0, sizeof(is_given));
    memset(is_still, 0, sizeof(is_still));
    for (unsigned i = 0; i < FRAMES; i++)
        *content(fake_frame(OWNER, i)) = NOTHING;
}

static void destroy(struct domain *d)
{
    race_check(!is_locked(d) && grant_domain_is_idle(d), "all is let go of");
    grant_domain_destroy(d);
    fake_domain_free(d);
}

static void end(void)
{
    audit();
    check_gone(OWNER);
    check_gone(USER);
    if (owner)
        destroy(owner);
    destroy(user);
    race_check(fake_pages_out == pages_before, "all pages are given back");
}

int main(int argc, char **argv)
{
    static const struct race race = {.cpus = CPUS, .seeds = SEEDS, .begin = begin, .play = play, .end = end};

    mallopt(M_PERTURB, 0xa5); /* what is dead does not look alive */
    fake_machine(CPUS);
    fake_pages_init();
    if (!race_run(&race, argc, argv))
        return 2;
    printf("# %llu mapped, %llu copied, %llu grants ended, %llu not yet, %llu ends of a domain\n",
           (unsigned long long)mapped, (unsigned long long)copied, (unsigned long long)ended,
           (unsigned long long)refused, (unsigned long long)killed);
    return check_end();
}
