/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets in struct cpu and struct vcpu for the assembler: what the straight ways (straight.S) and the quick exit
 * read. pv/entry.c compares them with the structures.
 */
#ifndef X86_FAST_H
#define X86_FAST_H

/* struct cpu */
#define CPU_CURRENT   0x08
#define CPU_FLUSH_TLB 0x10
#define CPU_CR3       0x18
#define CPU_SCHED     0x28 /* struct sched_cpu, which begins with its word of pending work */
#define CPU_HYPERCALLS 0x48

/* struct vcpu */
#define VCPU_IS_IDLE         0xbc /* four bytes, all 0 in guest kernel mode of a vCPU that runs on: */
#define VCPU_IN_USER         0xbd
#define VCPU_CRASHED         0xbe
#define VCPU_STATE           0xbf
#define VCPU_MODE_BITS       0xff00 /* of the four: VCPU_IN_USER */
#define VCPU_RESTART_CHANGED 0xc8
#define VCPU_INFO            0xc0
#define VCPU_KERNEL_L4       0x100
#define VCPU_USER_L4         0x108
#define VCPU_KERNEL_SS       0x120
#define VCPU_KERNEL_SP       0x128
#define VCPU_EVENT_ADDRESS   0x130
#define VCPU_EVENT_MASKS     0x138
#define VCPU_SYSCALL_ADDRESS 0x150
#define VCPU_SYSCALL_MASKS   0x158
#define VCPU_VM_ASSIST       0x214
#define VCPU_GATE_ADDRESS    0x340 /* of its gate for vector 0; the next is 16 bytes on */
#define VCPU_GATE_MASKS      0x349
#define VCPU_FAULT_ADDRESS   0x420 /* for page faults */
#define VCPU_FAULT_MASKS     0x429
#define VCPU_PENDING_SINCE   0x13f8
#define VM_ASSIST_SHOWS_IOPL 0x10

/* struct vcpu_info */
#define INFO_PENDING 0
#define INFO_MASK    1
#define INFO_CR2     16

/* An address is in our hole if HOLE_PREFIX is left of it, shifted arithmetically. */
#define HOLE_SHIFT  43
#define ABOVE_HOLE  0xffff8800 /* the upper halves of addresses above it are this or more */
#define HOLE_PREFIX -16

#define VECTOR_UD 6

/* UD2, the letters xen, CPUID: seven bytes, the first one lowest. */
#define FORCED_CPUID 0xa20f6e65780b0f

#define SEGBASE_USER_SEL 3 /* the one that is no address */

#define HYPERCALL_STACK_SWITCH     3
#define HYPERCALL_SET_SEGMENT_BASE 25
#define HYPERCALL_IRET    23
#define HYPERCALL_NUMBERS 64
#define RESULT_RESTART    -85 /* -ERESTART */

#endif
