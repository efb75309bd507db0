/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of domains. */
#ifndef CONTROL_DESTROY_H
#define CONTROL_DESTROY_H

#include "domain/domain.h"

/* Stops a domain for ever and takes away all it holds. 0, also for one that is dead already; -ERESTART:
 * call again. What others still hold of it (mappings, grants) keeps a zombie in the table until they let
 * go. Not for the domain that is running. */
int domain_destroy(struct domain *d) must_check;

/* No vCPU of d runs, and no CPU holds anything of one; the state says that none shall. False: ask again. */
bool domain_is_still(const struct domain *d) must_check;

/* Frees every zombie that nobody holds any more. Whoever is about to look at domains calls this. True: there
 * was one. */
bool zombies_bury(void);

/* The same, for a CPU that has nothing else to do; not while the tools are served. */
bool zombies_bury_idle(void);

#endif
