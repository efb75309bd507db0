/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where everything of the hypervisor lives in the virtual address space. Also read by assembly and by
 * the linker script, so only plain #defines.
 *
 *   L4 slot 256   M2P_VA        machine-to-physical table, the one part guests may read
 *           257   WINDOWS_VA    each vCPU's GDT and LDT
 *           258   FRAMES_VA     struct frame for every machine frame
 *           259   MMIO_VA       device registers we use ourselves
 *           260   STACKS_VA     one block of stacks per CPU, with guard pages
 *           261   IMAGE_VA      our text, rodata, data
 *       262-271   DIRECT_VA     all RAM, read-write, never executable
 *
 * Slots 0-255 and 272-511 belong to the guest. [layout.hole] no guest entry ever maps slots 256-271.
 */
#ifndef X86_LAYOUT_H
#define X86_LAYOUT_H

#define HOLE_START 0xffff800000000000
#define HOLE_END   0xffff880000000000

#define M2P_VA     0xffff800000000000
#define M2P_END    0xffff804000000000
#define WINDOWS_VA 0xffff808000000000
#define FRAMES_VA  0xffff810000000000
#define MMIO_VA    0xffff818000000000
#define STACKS_VA  0xffff820000000000
#define IMAGE_VA   0xffff828000000000
#define DIRECT_VA  0xffff830000000000

#define HOLE_FIRST_SLOT 256
#define HOLE_LAST_SLOT  271

/* Physical address the image is loaded at; its virtual address is IMAGE_VA + this. */
#define IMAGE_PHYS 0x200000

/* A CPU's stack block: page 0 guard, 1 NMI, 2 guard, 3 #DF, 4 guard, 5 #MC, 6 guard, 7 #DB, 8 guard,
 * 9-15 C code, with struct cpu at the very top. */
#define STACK_BLOCK 65536
#define IST_NMI     1
#define IST_DF      2
#define IST_MC      3
#define IST_DB      4

#define MAX_CPUS 32

/* Selectors. The guest-visible ones are fixed by the ABI (<xen/arch-x86/xen-x86_64.h>). */
#define GDT_RESERVED_PAGE 14
#define SEL_HV_CS         0xe008
#define SEL_HV_SS         0xe010
#define SEL_GUEST_CS32    0xe023
#define SEL_GUEST_DS      0xe02b
#define SEL_GUEST_CS64    0xe033
#define SEL_TSS           0xe040
#define SEL_LDT           0xe050

#endif
