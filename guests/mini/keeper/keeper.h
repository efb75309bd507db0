/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keeper runs in dom0's place and uses the control interfaces as a toolstack does: it waits for the
 * guests that were started at boot, ends them, and makes and ends domains of its own. After each end the
 * machine must have as many free frames as it should, and the audit must agree.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include "../lib/hypercall.h"
#include "../lib/verdict.h"

#include <xen/domctl.h>
#include <xen/sysctl.h>

/* --- keeper.c: the calls --- */

struct xen_domctl *domctl_new(u32 cmd, domid_t domain); /* one, cleared, version and number set */
long domctl(struct xen_domctl *op);
long domctl_do(u32 cmd, domid_t domain); /* one without arguments */
struct xen_sysctl *sysctl_new(u32 cmd);
long sysctl(struct xen_sysctl *op);
u64 frames_free(void);
bool audit_agrees(void);

/* Of a domain's flags and numbers; -ESRCH when it is gone. */
long domain_info(domid_t domain, struct xen_domctl_getdomaininfo *info);

/* Domains but dom0, in `list` (room for LIST_MAX). */
#define LIST_MAX 200
extern struct xen_domctl_getdomaininfo list[LIST_MAX];
u32 domains_list(void);

/* --- guests.c, cycle.c, right.c: the cases --- */

void guests_run(const char *args);
void cycle_run(const char *args);
void right_run(void);

#endif
