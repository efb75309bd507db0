/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the hypervisor, from dom0, for what it must refuse about rings, beside a domU that lives. usage: probe guest
 * (domain 1 is there), probe audit. Prints what was not as it should be; exit status 1: something was not.
 */
#include "hypervisor/pv/vantage_op.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <xencall.h>
#include <xen/xen.h>

#define GUEST 1

static xencall_handle *calls;
static struct vantage_ring *ring;
static int bad;

static long op(unsigned command, uint64_t argument)
{
    long rc = xencall2(calls, __HYPERVISOR_arch_7, command, argument);

    return rc < 0 ? -errno : rc;
}

static long enter(struct vantage_ring r)
{
    *ring = r;
    return op(VANTAGE_RING_REGISTER, (uint64_t)(uintptr_t)ring);
}

static void is(const char *what, long found, long wanted)
{
    if (found == wanted)
        return;
    printf("VTG-PROBE %s: %ld, not %ld\n", what, found, wanted);
    bad = 1;
}

/* The console's ring of the guest, which the recorder has registered already: its number again. */
static void refusals(void)
{
    struct vantage_ring good = {.domain = GUEST, .kind = VANTAGE_RING_CONSOLE, .port = 2, .entries = 2048}, r;

    good.page = 0;
    is("the console's ring by its grant", enter(good) >= 0, 1);
    r = good, r.domain = 0x7ff0;
    is("DOMID_SELF", enter(r), -ESRCH);
    r = good, r.domain = 99;
    is("a domain there is not", enter(r), -ESRCH);
    r = good, r.page = 7; /* reserved by Linux, and not used */
    is("a grant that was not given", enter(r), -EINVAL);
    r = good, r.page = 0xffffffff;
    is("a grant beyond the table", enter(r), -EINVAL);
    r = good, r.page = 1ull << 32;
    is("a grant of more than 32 bits", enter(r), -EINVAL);
    r = good, r.is_frame = 1, r.page = 0x100;
    is("a frame that is not the guest's", enter(r), -EINVAL);
    r = good, r.is_frame = 1, r.page = ~0ull;
    is("a frame beyond memory", enter(r), -EINVAL);
    r = good, r.kind = VANTAGE_RING_KINDS;
    is("a kind there is not", enter(r), -EINVAL);
    r = good, r.port = 4000;
    is("a port that is free", enter(r), -EINVAL);
    r = good, r.port = ~0u;
    is("a port there cannot be", enter(r), -EINVAL);
    r = good, r.entries = 0;
    is("no room", enter(r), -EINVAL);
    r = good, r.reserved = 1;
    is("a field that is reserved", enter(r), -EINVAL);
    is("no memory behind the argument", op(VANTAGE_RING_REGISTER, 8), -EFAULT);
    is("a ring there is not", op(VANTAGE_RING_UNREGISTER, GUEST | 63 << 16), -ENOENT);
    is("a ring there cannot be", op(VANTAGE_RING_UNREGISTER, GUEST | 0xffffull << 16), -ENOENT);
    is("a ring of nobody", op(VANTAGE_RING_UNREGISTER, 99), -ESRCH);
}

int main(int argc, char **argv)
{
    calls = xencall_open(NULL, 0);
    ring = calls ? xencall_alloc_buffer(calls, sizeof(*ring)) : NULL;
    if (!ring || argc != 2)
        return 2;
    if (!strcmp(argv[1], "guest"))
        refusals();
    is("every frame's counts", op(VANTAGE_AUDIT, 0), 0);
    return bad;
}
