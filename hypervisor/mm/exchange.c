/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exchange of frames: a device needs memory in one piece, or below a limit.
 *
 * Worked off in chunks of the larger extent. A chunk is: read the lists; if the frames already lie as
 * wanted, they stay; else allocate. Then tell the guest, and only then commit, which cannot fail: a bad
 * pointer or a frame in use leaves the chunk untouched. [exchange.whole]
 *
 * For the domain that owns devices only; nobody else has a use for it.
 */
#include "mm/domain_memory.h"
#include "mm/frame.h"
#include "mm/memory_op.h"

struct exchange {
    struct domain *d;
    guest_ptr in_list, out_list;
    unsigned in_order, out_order, chunk_order;
    uint64_t below;
    uint64_t *frames; /* in, one by one, for a chunk */
    uint64_t *fresh;  /* first frame of each extent to hand out */
};

static unsigned in_extents(const struct exchange *x)
{
    return 1u << (x->chunk_order - x->in_order);
}

static unsigned out_extents(const struct exchange *x)
{
    return 1u << (x->chunk_order - x->out_order);
}

static guest_ptr extent_at(guest_ptr list, uint64_t chunk, unsigned per_chunk, unsigned i)
{
    return gptr_add(list, (chunk * per_chunk + i) * 8);
}

static int chunk_read(struct exchange *x, uint64_t chunk)
{
    unsigned n = in_extents(x), size = 1u << x->in_order;

    if (guest_read(x->frames, extent_at(x->in_list, chunk, n, 0), n * 8ul))
        return -EFAULT;
    while (n--) { /* spread in place, from the end */
        uint64_t first = x->frames[n];

        for (unsigned k = 0; k < size; k++)
            x->frames[n * size + k] = first + k;
    }
    return 0;
}

/* Do the frames, in their order, already make up extents as wanted? Then those are the answer. */
static bool frames_fit(struct exchange *x)
{
    for (unsigned i = 0; i < out_extents(x); i++) {
        const uint64_t *f = x->frames + ((size_t)i << x->out_order);
        uint64_t size = 1ull << x->out_order;

        if (f[0] % size || f[0] >= frame_count || f[0] + size > x->below)
            return false;
        for (uint64_t k = 1; k < size; k++)
            if (f[k] != f[0] + k)
                return false;
        x->fresh[i] = f[0];
    }
    return true;
}

static void fresh_free(struct exchange *x, unsigned count)
{
    while (count--)
        frame_free(MFN(x->fresh[count]), x->out_order);
}

static int fresh_alloc(struct exchange *x)
{
    for (unsigned i = 0; i < out_extents(x); i++) {
        mfn_t m = frame_alloc(x->out_order, x->below, false);

        if (mfn_is_none(m)) {
            fresh_free(x, i);
            return -ENOMEM;
        }
        x->fresh[i] = m.n;
    }
    return 0;
}

/* Takes the frames from the domain, all or none. Under mm_lock. */
static int frames_take(struct exchange *x)
{
    for (unsigned n = 0; n < 1u << x->chunk_order; n++) {
        int rc = frame_take(x->d, MFN(x->frames[n]));

        if (!rc)
            continue;
        while (n--)
            frame_assign(x->d, MFN(x->frames[n]), 0);
        return rc;
    }
    return 0;
}

static void fresh_assign(struct exchange *x, const uint64_t *pfns)
{
    for (unsigned i = 0; i < out_extents(x); i++) {
        frame_assign(x->d, MFN(x->fresh[i]), x->out_order);
        for (unsigned k = 0; k < 1u << x->out_order; k++)
            m2p_set(MFN(x->fresh[i] + k), pfns[i] + k);
    }
}

/* Reads the numbers the guest wants the extents to have and puts the frames there. */
static int fresh_tell(struct exchange *x, uint64_t chunk, uint64_t *pfns)
{
    guest_ptr at = extent_at(x->out_list, chunk, out_extents(x), 0);
    size_t bytes = out_extents(x) * 8ul;

    if (guest_read(pfns, at, bytes))
        return -EFAULT;
    return guest_write(at, x->fresh, bytes);
}

/* Puts the guest's numbers back after a refusal; it need not succeed. */
static void fresh_untell(struct exchange *x, uint64_t chunk, const uint64_t *pfns)
{
    guest_ptr at = extent_at(x->out_list, chunk, out_extents(x), 0);

    if (guest_write(at, pfns, out_extents(x) * 8ul))
        return;
}

static int chunk_exchange(struct exchange *x, uint64_t chunk, uint64_t *pfns)
{
    int rc = chunk_read(x, chunk);

    if (rc)
        return rc;
    bool stay = frames_fit(x);
    if (!stay && (rc = fresh_alloc(x)))
        return rc;
    rc = fresh_tell(x, chunk, pfns);
    if (!rc) {
        lock_take(&x->d->mm_lock);
        rc = x->d->state == DOMAIN_DYING ? -ESRCH : frames_take(x);
        if (!rc && !stay)
            domain_flush(x->d); /* [frame.flushed] */
        if (!rc)
            fresh_assign(x, pfns);
        lock_drop(&x->d->mm_lock);
        if (rc)
            fresh_untell(x, chunk, pfns);
    }
    if (rc && !stay)
        fresh_free(x, out_extents(x));
    for (unsigned n = 0; !rc && !stay && n < 1u << x->chunk_order; n++)
        frame_free(MFN(x->frames[n]), 0);
    return rc;
}

static int exchange_check(struct vcpu *v, const struct xen_memory_exchange *e, struct exchange *x)
{
    const struct xen_memory_reservation *in = &e->in, *out = &e->out;

    if (!v->domain->is_hardware)
        return -EPERM;
    if ((in->domid != DOMID_SELF && in->domid != v->domain->id) || in->domid != out->domid)
        return -EPERM;
    if (in->extent_order > HARDWARE_MAX_ORDER || out->extent_order > HARDWARE_MAX_ORDER ||
        in->nr_extents > 1ull << 40 || out->nr_extents > 1ull << 40 ||
        in->nr_extents << in->extent_order != out->nr_extents << out->extent_order)
        return -EINVAL;
    *x = (struct exchange){
        .d = v->domain,
        .in_list = GPTR((uint64_t)in->extent_start.p),
        .out_list = GPTR((uint64_t)out->extent_start.p),
        .in_order = in->extent_order,
        .out_order = out->extent_order,
        .chunk_order = MAX(in->extent_order, out->extent_order),
        .below = memory_limit(out->mem_flags),
    };
    /* Whole chunks only, and the part done before a restart is a number of whole chunks. */
    if ((in->nr_extents << in->extent_order) % (1ull << x->chunk_order) ||
        e->nr_exchanged > in->nr_extents || e->nr_exchanged % in_extents(x))
        return -EINVAL;
    return 0;
}

static int chunks_exchange(struct vcpu *v, struct exchange *x, struct xen_memory_exchange *e,
                           uint64_t *pfns)
{
    while (e->nr_exchanged < e->in.nr_extents) {
        int rc = chunk_exchange(x, e->nr_exchanged / in_extents(x), pfns);

        if (rc)
            return rc;
        e->nr_exchanged += in_extents(x);
        if (e->nr_exchanged < e->in.nr_extents && preempt_wanted())
            return -ERESTART; /* the argument itself says how far we are */
    }
    return 0;
}

/* Pages for three arrays of one word for each frame of a chunk, as an order. */
static unsigned scratch_order(const struct exchange *x)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < 3 * 8ul << x->chunk_order)
        order++;
    return order;
}

long memory_exchange(struct vcpu *v, guest_ptr arg)
{
    struct xen_memory_exchange e;
    struct exchange x;

    if (guest_get(&e, arg))
        return -EFAULT;
    int rc = exchange_check(v, &e, &x);
    if (rc)
        return rc;
    unsigned order = scratch_order(&x);
    size_t words = 1ul << x.chunk_order;
    uint64_t *scratch = hv_alloc(order);
    if (!scratch)
        return -ENOMEM;
    x.frames = scratch;
    x.fresh = scratch + words;
    rc = chunks_exchange(v, &x, &e, scratch + 2 * words);
    hv_free(scratch, order);
    guest_ptr progress = gptr_add(arg, offsetof(struct xen_memory_exchange, nr_exchanged));
    return guest_put(progress, &e.nr_exchanged) ? -EFAULT : rc;
}
