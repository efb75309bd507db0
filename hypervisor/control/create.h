/* SPDX-License-Identifier: BSD-2-Clause */
/* Making domains and vCPUs: memory for each group of fields, filled by the folder that owns the group. */
#ifndef CONTROL_CREATE_H
#define CONTROL_CREATE_H

#include "domain/domain.h"
#include "grant/grant.h"

/* Mappings of others' grants a domain may hold: the back ends of every other domain run in dom0. */
#define GRANT_HANDLES_DOM0 (GRANT_HANDLES_MAX / 2)
#define GRANT_HANDLES      1024

struct domain_config {
    domid_t id;
    unsigned vcpus;
    uint64_t max_pages;
    bool is_hardware; /* owns the devices and may use the control interfaces */
    unsigned grant_frames, grant_handles;
    uint8_t handle[16];
};

/* A paused domain without memory, its vCPUs offline. 0, -ENOMEM, -EEXIST, -EINVAL, -ERESTART: another CPU is
 * at it; *made is set on 0. */
int domain_create(const struct domain_config *c, struct domain **made) must_check;

/* Takes a domain that nobody uses out of the table and gives back all it is made of. */
void domain_free(struct domain *d);

/* The vCPU a CPU runs when nobody wants it. */
struct vcpu *idle_create(unsigned cpu);

#endif
