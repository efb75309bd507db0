/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workload in dom0 whose hypercalls are known.
 *
 *      calls N        N times xen_version(pagesize)
 *      calls audit    does every frame's count recompute to the stored one?
 *      calls write    is mapping the trace's memory writable refused?
 *      calls crash    makes a domain with nothing in it and has it crash; prints its number
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define __XEN_TOOLS__ 1
#include <xencall.h>
#include <xenforeignmemory.h>
#include <xen/domctl.h>
#include <xen/sched.h>
#include <xen/version.h>
#include <xen/xen.h>

#include "hypervisor/pv/vantage_op.h"

static long crash(xencall_handle *h)
{
    union {
        struct xen_domctl domctl;
        struct sched_remote_shutdown shutdown;
    } *u = xencall_alloc_buffer(h, sizeof(*u));
    long domain;

    memset(u, 0, sizeof(*u));
    u->domctl.cmd = XEN_DOMCTL_createdomain;
    u->domctl.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    u->domctl.u.createdomain.max_vcpus = 1;
    if (xencall1(h, __HYPERVISOR_domctl, (unsigned long)u))
        return -1;
    domain = u->domctl.domain;
    memset(u, 0, sizeof(*u));
    u->shutdown.domain_id = (domid_t)domain;
    u->shutdown.reason = SHUTDOWN_crash;
    if (xencall2(h, __HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, (unsigned long)u))
        return -1;
    return domain;
}

static bool is_refused(xencall_handle *h, int rights)
{
    xen_pfn_t frame = (xen_pfn_t)xencall2(h, __HYPERVISOR_arch_7, VANTAGE_TRACE_WHERE, 0);
    xenforeignmemory_handle *memory = xenforeignmemory_open(NULL, 0);

    return memory && !xenforeignmemory_map(memory, DOMID_XEN, rights, 1, &frame, NULL);
}

int main(int argc, char **argv)
{
    xencall_handle *h = xencall_open(NULL, 0);
    long n = argc > 1 ? atol(argv[1]) : 0;

    if (!h)
        return 2;
    if (argc > 1 && !strcmp(argv[1], "audit"))
        return xencall2(h, __HYPERVISOR_arch_7, VANTAGE_AUDIT, 0) != 0;
    if (argc > 1 && !strcmp(argv[1], "crash"))
        return printf("%ld\n", crash(h)) < 0;
    if (argc > 1 && !strcmp(argv[1], "write"))
        return is_refused(h, PROT_READ) || !is_refused(h, PROT_READ | PROT_WRITE);
    for (long i = 0; i < n; i++)
        if (xencall2(h, __HYPERVISOR_xen_version, XENVER_pagesize, 0) != 4096)
            return 1;
    return 0;
}
