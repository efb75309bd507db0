/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O rings that there are, found in xenstore and made known to the hypervisor: disks, network interfaces,
 * consoles and xenstore's own, of all domains. Nothing is changed in any domain.
 */
#ifndef VTRACE_FOLLOW_H
#define VTRACE_FOLLOW_H

#include "trace/vtrace/live/live.h"

struct followed;

/* Registers those that there are, and watches for more. Fails with a sentence when xenstore does not answer. */
struct followed *rings_follow_begin(const struct live *l);

/* Registers what has come since. */
void rings_follow(struct followed *f);

/* None is sampled any more. */
void rings_follow_end(struct followed *f);

#endif
