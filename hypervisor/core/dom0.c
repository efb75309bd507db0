/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain 0: module 0 is its kernel, module 1 its initrd. */
#include "core/dom0.h"
#include "core/builder.h"
#include "core/guests.h"
#include "core/options.h"
#include "lib/bug.h"
#include "mm/mm.h"

#define RESERVE_MIN   (64ul << 20) /* kept for ourselves when dom0_mem is not given: */
#define RESERVE_SHARE 16           /* this or a sixteenth, whichever is more */

/* How many pages dom0 gets: what was asked for, else most of what is free. */
static uint64_t dom0_pages(void)
{
    uint64_t free = mm_free_frames();
    uint64_t reserve = MAX(RESERVE_MIN >> PAGE_SHIFT, free / RESERVE_SHARE);

    if (options.dom0_mem)
        return options.dom0_mem >> PAGE_SHIFT;
    return free > reserve ? free - reserve : 0;
}

struct domain *dom0_build(const struct boot_info *b)
{
    const struct build build = {
        .who = "dom0",
        .domain = {.vcpus = options.dom0_max_vcpus ? options.dom0_max_vcpus : cpu_count(),
                   .max_pages = dom0_pages(),
                   .is_hardware = true,
                   .grant_frames = GRANT_FRAMES_MAX,
                   .grant_handles = GRANT_HANDLES_DOM0},
        .kernel = &b->module[0],
        .initrd = b->modules > 1 && !guests_use(1) ? &b->module[1] : NULL,
    };

    if (!b->modules)
        cannot_start("no boot module: give the dom0 kernel as the first module");
    return domain_build(&build);
}
