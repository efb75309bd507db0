/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/pmu.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LOOPS = 1000000 };

static uint64_t count_loop(int fd)
{
    uint64_t count = 0;
    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
    for (unsigned i = 0; i < LOOPS; i++)
        __asm__ volatile("");
    ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

bool pmu_probe(const char *event, char **detail)
{
    struct perf_event_attr attr = {.size = sizeof attr, .disabled = 1};
    pfm_perf_encode_arg_t arg = {.attr = &attr, .size = sizeof arg};
    int rc = pfm_initialize();
    if (rc == PFM_SUCCESS)
        rc = pfm_get_os_event_encoding(event, PFM_PLM3, PFM_OS_PERF_EVENT, &arg);
    if (rc != PFM_SUCCESS) {
        *detail = text("libpfm4 does not know %s here: %s", event, pfm_strerror(rc));
        return false;
    }
    attr.disabled = 1;
    int fd = perf_event_open(&attr, 0, -1, -1, 0);
    if (fd < 0) {
        *detail = text("no counter for %s: %s", event, strerror(errno));
        return false;
    }
    uint64_t counted = count_loop(fd);
    close(fd);
    *detail = text("%llu %s in a loop of %d", (unsigned long long)counted, event, LOOPS);
    return counted >= LOOPS;
}
