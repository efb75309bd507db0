/* SPDX-License-Identifier: BSD-2-Clause */
/* Which domains run, and since when: a domain runs while any of its vCPUs does. Times in ticks. */
#ifndef VTRACE_RUNNING_H
#define VTRACE_RUNNING_H

#include "trace/vtrace/cursor.h"

struct running;

struct running *running_new(const struct trace *t);
void running_free(struct running *w);

/* Every record in the order of time; those that tell of a switch change something. */
void running_record(struct running *w, const struct record *r);

bool runs_now(const struct running *w, uint16_t domain);

/* When it began to run, now or, if it does not run, the last time; 0: it was not seen to. */
uint64_t runs_since(const struct running *w, uint16_t domain);

/* The last moment up to `now` at which it ran; 0: it was not seen to. */
uint64_t ran_until(const struct running *w, uint16_t domain, uint64_t now);

#endif
