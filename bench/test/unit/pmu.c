/* SPDX-License-Identifier: BSD-2-Clause */
/* Events by libpfm4's names. */
#include "bench/vbench/pmu.h"
#include "bench/test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

/* Is the name what the kernel calls type and config, counted in user or in kernel mode or in both? */
static bool is_event(const char *name, unsigned type, uint64_t config, bool in_user, bool in_kernel)
{
    struct perf_event_attr attr;
    char *why;
    if (!pmu_encode(name, PFM_PLM0 | PFM_PLM3, &attr, &why)) {
        free(why);
        return false;
    }
    return attr.type == type && attr.config == config && attr.exclude_user == !in_user &&
           attr.exclude_kernel == !in_kernel;
}

void test_pmu(void)
{
    struct perf_event_attr attr;
    char *why = NULL;
    check(is_event("INSTRUCTIONS", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, true, true) &&
              is_event("PERF_COUNT_HW_CPU_CYCLES", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, true, true) &&
              is_event("task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, true, true),
          "libpfm4's names are the kernel's events, whatever this machine can count");
    check(is_event("INSTRUCTIONS:u", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, true, false) &&
              is_event("CYCLES:k", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false, true),
          "a name may say the privilege level");
    check(!pmu_encode("no-such-event", PFM_PLM3, &attr, &why) && strstr(why, "libpfm4 does not know it"),
          "another name is refused with a reason");
    free(why);
}
