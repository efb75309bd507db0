/* SPDX-License-Identifier: BSD-2-Clause */
/* From the first C function to the program, and the way out. */
#include "hypercall.h"

#include <xen/sched.h>

void mini_start(struct start_info *si);

struct start_info *start_info;
static struct vcpu_info *current_info;

/* shared_info is mapped over this page; its own frame stays behind it, without a mapping. */
static u8 shared_info_page[PAGE_SIZE] __attribute__((aligned(4096)));
struct shared_info *shared_info = (struct shared_info *)shared_info_page;

struct vcpu_info *vcpu_info(void)
{
    return current_info;
}

void vcpu_info_moved(struct vcpu_info *where)
{
    current_info = where;
}

void guest_shutdown(unsigned int reason)
{
    struct sched_shutdown arg = {.reason = reason};

    for (;;)
        hyp_sched_op(SCHEDOP_shutdown, &arg);
}

void mini_start(struct start_info *si)
{
    start_info = si;
    paging_init();
    if (map_page((u64)shared_info_page, si->shared_info | PTE_DATA)) {
        print("mini: shared_info cannot be mapped\n");
        guest_shutdown(SHUTDOWN_crash);
    }
    current_info = &shared_info->vcpu_info[0];
    trap_init();
    event_init();
    mini_main((const char *)si->cmd_line);
    guest_shutdown(SHUTDOWN_poweroff);
}
