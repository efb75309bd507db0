/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is KVM here, and does it run ring-0 code at speed? That /dev/kvm opens proves neither: some clouds
 * interpret it.
 */
#ifndef BENCH_VBENCH_KVM_H
#define BENCH_VBENCH_KVM_H

#include <stdbool.h>

/* Runs a loop of some million instructions as a guest; true if at more than 200 million a second, the
 * least that makes it worth more than TCG. `*detail` gets a phrase to free. */
bool kvm_probe(char **detail);

#endif
