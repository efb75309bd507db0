/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's command line (options.def). */
#ifndef CORE_OPTIONS_H
#define CORE_OPTIONS_H

#include "trace/trace.h"

struct options {
    uint64_t dom0_mem;     /* bytes; 0: most of what there is */
    unsigned dom0_max_vcpus; /* 0: as many as there are CPUs */
    unsigned max_cpus;       /* most processors to start, the first included */
    bool noreboot;         /* halt instead when the machine should reboot after a crash */
    struct trace_options trace; /* trace=<classes> trace_buf=<size> trace_mode= trace_out=debugcon */
};

extern struct options options;

/* A number with an optional K, M or G. False when there is anything else in it. */
bool option_size(const char *s, uint64_t *n);

/* Reads the command line; an unknown option or a bad value Stops with one clear line. */
void options_parse(const char *line);

#endif
