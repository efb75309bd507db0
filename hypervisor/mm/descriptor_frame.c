/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames that serve as descriptor tables. They are checked whole when they come into use, and from then
 * on only changed word by word through here.
 */
#include "mm/entry.h"
#include "mm/type.h"

int mm_descriptors_get(struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);

    if (!frame_exists(m) || !frame_get(f, d->id))
        return -EINVAL;
    lock_take(&d->mm_lock);
    int rc = type_get(f, USE_SEG, d);
    if (rc == TYPE_LOCKED) {
        rc = on_descriptor_frame(frame_data(m));
        if (rc)
            type_emptied(f);
        else
            type_validated(f);
    }
    lock_drop(&d->mm_lock);
    if (rc)
        frame_put(f);
    return rc;
}

void mm_descriptors_put(struct domain *d, mfn_t m)
{
    struct frame *f = frame_of(m);

    lock_take(&d->mm_lock);
    if (type_put(f))
        type_emptied(f);
    lock_drop(&d->mm_lock);
    frame_put(f);
}

int mm_descriptor_write(struct domain *d, uint64_t machine_address, uint64_t descriptor)
{
    mfn_t m = MFN(machine_address >> PAGE_SHIFT);
    uint64_t *at = (uint64_t *)frame_data(m) + machine_address % PAGE_SIZE / 8;

    if (machine_address % 8 || !frame_exists(m) || !frame_get(frame_of(m), d->id))
        return -EINVAL;
    struct frame *f = frame_of(m);
    lock_take(&d->mm_lock);
    uint64_t use = frame_use(f);
    int rc = 0;
    if (use & USE_VALID && use_kind(use) == USE_SEG) {
        pte_set(at, descriptor);
    } else if (!(rc = writable_get(f, d))) {
        pte_set(at, descriptor);
        writable_put(f);
    }
    lock_drop(&d->mm_lock);
    frame_put(f);
    return rc;
}
