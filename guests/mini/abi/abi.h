/* SPDX-License-Identifier: BSD-2-Clause */
/* The sets of the ABI test, each in the file of its name, and what they share. */
#ifndef ABI_H
#define ABI_H

#include "../lib/hypercall.h"
#include "../lib/verdict.h"

#include <xen/errno.h>

/* clang-format off */
#define EPERM     XEN_EPERM
#define ENOENT    XEN_ENOENT
#define ESRCH     XEN_ESRCH
#define ENXIO     XEN_ENXIO
#define EACCES    XEN_EACCES
#define EFAULT    XEN_EFAULT
#define EBUSY     XEN_EBUSY
#define EEXIST    XEN_EEXIST
#define ENODEV    XEN_ENODEV
#define EINVAL    XEN_EINVAL
#define ENOSYS    XEN_ENOSYS
#define EOPNOTSUPP XEN_EOPNOTSUPP
/* clang-format on */

/* An address no guest may name, one that is not mapped, one that is not canonical. */
#define HOLE_POINTER     (HOLE_START + 0x7000000000ul)
#define UNMAPPED_POINTER 0x0000700000000000ul
#define NON_CANONICAL    0x0000900000000000ul

/* A page of the sets' own, in the low half: tables above it exist, its L1 entry is empty. */
#define TEST_VA 0x0000000040000000ul

/* A body for trap_catch: instructions that find the argument in rdi. */
#define BODY(name, text)                                                                           \
    static void name(void *arg)                                                                    \
    {                                                                                              \
        asm volatile(text                                                                          \
                     : "+D"(arg)::"rax", "rbx", "rcx", "rdx", "rsi", "r8", "r11", "memory", "cc"); \
    }

/* A row of a table of bodies with the trap each must end in (-1: none). */
struct body_row {
    const char *name;
    void (*body)(void *);
    u64 arg;
    int vector;
    u64 error;
};
void abi_bodies(const struct body_row *rows, unsigned int n);

/* A row of a table of hypercalls with the result each must have. */
struct call_row {
    const char *name;
    u64 nr, a, b, c, d;
    long want;
};
void abi_calls(const struct call_row *rows, unsigned int n);

/* A frame of RAM the guest does not own. */
u64 abi_foreign_mfn(void);

void abi_version(void);
void abi_memory(void);
void abi_mmu(void);
void abi_mmuext(void);
void abi_live(void);
void abi_descriptor(void);
void abi_trap(void);
void abi_iret(void);
void abi_segment(void);
void abi_privileged(void);
void abi_debugreg(void);
void abi_edge(void);
void abi_event(void);
void abi_vcpu(void);
void abi_sched(void);
void abi_grant(void);
void abi_misc(void);
void abi_ways(void);

#endif
