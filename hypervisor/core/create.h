/* SPDX-License-Identifier: BSD-2-Clause */
/* Making domains and vCPUs: memory for each group of fields, filled by the folder that owns the group. */
#ifndef CORE_CREATE_H
#define CORE_CREATE_H

#include "domain/domain.h"

/* A paused domain without memory, its vCPUs offline. The hardware domain owns the devices and may use the
 * control interfaces. NULL when memory or the number is not to be had. */
struct domain *domain_create(domid_t id, unsigned vcpus, uint64_t max_pages, bool is_hardware);

/* The vCPU a CPU runs when nobody wants it. */
struct vcpu *idle_create(unsigned cpu);

#endif
