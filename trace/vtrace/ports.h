/* SPDX-License-Identifier: BSD-2-Clause */
/* How often each event-channel port was used. */
#ifndef VTRACE_PORTS_H
#define VTRACE_PORTS_H

#include "trace/vtrace/json.h"

struct ports;

struct ports *ports_new(void);
void ports_free(struct ports *p);
void ports_record(struct ports *p, const struct trace *t, const struct record *r);
void ports_print(struct ports *p);
json_t *ports_json(struct ports *p);

#endif
