/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker that answers: from the up-call, as a kernel answers a packet, whatever it is at. */
#include "worker.h"

static u32 port;

static bool answer(struct trap_regs *regs)
{
    static u64 answered;

    if (regs->vector != TRAP_EVENT)
        return false;
    on_event(regs);
    if (event_count(port) != answered)
        port_send(port);
    answered = event_count(port);
    return true;
}

bool answer_init(void)
{
    long rc = port_unbound(DOMID_SELF, 0);

    if (rc < 0)
        return false;
    port = (u32)rc;
    trap_hook = answer;
    return !event_unmask(port);
}
