/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/pmu.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
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

bool pmu_encode(const char *event, unsigned levels, struct perf_event_attr *attr, char **why)
{
    *attr = (struct perf_event_attr){.size = sizeof *attr};
    pfm_perf_encode_arg_t arg = {.attr = attr, .size = sizeof arg};
    int rc = pfm_initialize();
    if (rc == PFM_SUCCESS)
        rc = pfm_get_os_event_encoding(event, levels, PFM_OS_PERF_EVENT, &arg);
    if (rc != PFM_SUCCESS)
        *why = text("libpfm4 does not know it here (%s)", pfm_strerror(rc));
    return rc == PFM_SUCCESS;
}

/* As pmu_open(), with these privilege levels (PFM_PLM*); stopped. */
static int open_at(const char *event, unsigned levels, pid_t process, char **why)
{
    struct perf_event_attr attr;
    if (!pmu_encode(event, levels, &attr, why))
        return -1;
    attr.disabled = attr.inherit = 1;
    int fd = perf_event_open(&attr, process, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        *why = text("this machine has no counter for it (%s)", strerror(errno));
    return fd;
}

bool pmu_probe(const char *event, char **detail)
{
    char *why;
    int fd = open_at(event, PFM_PLM3, 0, &why);
    if (fd < 0) {
        *detail = text("%s: %s", event, why);
        free(why);
        return false;
    }
    uint64_t counted = count_loop(fd);
    close(fd);
    *detail = text("%llu %s in a loop of %d", (unsigned long long)counted, event, LOOPS);
    return counted >= LOOPS;
}

int pmu_open(const char *event, pid_t process, char **why)
{
    int fd = open_at(event, PFM_PLM0 | PFM_PLM3, process, why);
    if (fd >= 0)
        ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
    return fd;
}
