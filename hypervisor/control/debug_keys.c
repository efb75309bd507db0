/* SPDX-License-Identifier: BSD-2-Clause */
/* `xl debug-keys`: keys as at the console (keys.c). */
#include "control/control.h"
#include "control/toolstack.h"

#define KEYS_MAX 16

long sysctl_debug_keys(struct vcpu *v, struct xen_sysctl *op)
{
    const struct xen_sysctl_debug_keys *k = &op->u.debug_keys;
    char text[KEYS_MAX];

    if (k->nr_keys > sizeof(text))
        return -E2BIG;
    if (guest_read(text, GPTR((uint64_t)k->keys.p), k->nr_keys))
        return -EFAULT;
    for (uint32_t i = 0; i < k->nr_keys; i++)
        key_press(text[i]);
    return 0;
}
