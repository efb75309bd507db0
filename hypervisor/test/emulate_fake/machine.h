/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine made of variables, for the tests of the guest edge: what the code under test asks of
 * the hardware is answered from here and noted here.
 */
#ifndef EMULATE_FAKE_MACHINE_H
#define EMULATE_FAKE_MACHINE_H

#include "ci/tap.h"
#include "domain/domain.h"

#define IO_LOG  256
#define REGIONS 4
#define MSRS    8

struct io_access {
    bool write;
    uint16_t port;
    uint8_t bytes;
    uint32_t value;
};

/* Memory a guest can reach: real memory of the test. */
struct region {
    void *start;
    size_t bytes;
    bool writable;
    uint64_t cr3; /* only while CR3 holds this; 0: always */
};

struct machine {
    uint64_t cr0, cr3, cr4, tsc, xcr0, dr[8];
    unsigned dr_writes, cr3_writes, wbinvds;
    struct {
        uint32_t number;
        uint64_t value;
    } msr[MSRS];
    struct cpuid (*cpuid)(uint32_t leaf, uint32_t sub);
    struct io_access io[IO_LOG]; /* the first IO_LOG accesses */
    unsigned io_count;
    uint32_t io_answer; /* what every port reads as, cut to size; plus io_step each time */
    uint32_t io_step;
    struct region region[REGIONS];
    uint64_t base; /* frame given to mm_new_base(), which answers base_answer */
    int base_answer;
};

extern struct machine machine;

/* Puts the machine and a vCPU of a domain into a known state: kernel mode, no I/O privilege. */
void machine_reset(struct vcpu *v, struct domain *d);

#endif
