/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/bpf/counters.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <perfmon/pfmlib_perf_event.h>

static void say(const char *name, const char *why)
{
    fprintf(stderr, "vguest: %s is not counted: %s\n", name, why);
}

/* What perf_event_open wants for a name; NULL, or why there is nothing of that name. */
static const char *encode(const char *name, struct perf_event_attr *attr)
{
    pfm_perf_encode_arg_t encoding = {.attr = attr, .size = sizeof(encoding)};
    int error = pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &encoding);

    return error == PFM_SUCCESS ? NULL : pfm_strerror(error);
}

/* On one CPU; the file stays open as long as the program. */
static const char *open_on(struct perf_event_attr *attr, int map, int cpu)
{
    int fd = (int)syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT || errno == EOPNOTSUPP ? "this machine has no PMU for it" : strerror(errno);
    return bpf_map_update_elem(map, &cpu, &fd, BPF_ANY) ? strerror(errno) : NULL;
}

static bool open_everywhere(const char *name, int map, int cpus)
{
    struct perf_event_attr attr = {.size = sizeof(attr)};
    const char *why = encode(name, &attr);

    for (int cpu = 0; !why && cpu < cpus; cpu++)
        why = open_on(&attr, map, cpu);
    if (why)
        say(name, why);
    return !why;
}

void counters_open(struct counters *c, char *list, const int *maps, int cpus)
{
    int error = pfm_initialize();
    unsigned asked = 0;

    if (error != PFM_SUCCESS)
        fail("libpfm4 cannot be used: %s", pfm_strerror(error));
    for (char *name; (name = strsep(&list, ","));) {
        if (asked++ == COUNTERS_MAX)
            fail("at most %d events can be counted", COUNTERS_MAX);
        if (open_everywhere(name, maps[c->count], cpus))
            c->names[c->count++] = name;
    }
}
