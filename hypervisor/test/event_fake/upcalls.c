/* SPDX-License-Identifier: BSD-2-Clause */
/* The up-calls of event/ and vcpu_op, recorded. */
#include "event/event.h"
#include "fake.h"
#include "mm/mm.h"
#include "pv/vcpu_op.h"

static char info_page[PAGE_SIZE] __attribute__((aligned(4096)));
struct fake_upcalls fake_up = {.shutdown_reason = -1, .info_page = info_page};

int on_pirq_bind(struct domain *d, unsigned pirq, bool share)
{
    if (fake_up.bind_fires)
        event_pirq(d, pirq);
    return fake_up.bind_answer;
}

void on_pirq_unbind(struct domain *d, unsigned pirq)
{
    fake_up.unbinds++;
}

void on_domain_shutdown(struct domain *d, uint8_t reason)
{
    fake_up.shutdown_of = d;
    fake_up.shutdown_reason = reason;
}

int vcpu_load_context(struct vcpu *v, guest_ptr context)
{
    return fake_up.initialise_answer;
}
