/* SPDX-License-Identifier: BSD-2-Clause */
/* The address map of the fake machine: our regions lie where a host process can map them. The guest's
 * hole is where it always is, in tables of 512 entries; smaller tables have one slot for it. */
#ifndef X86_LAYOUT_H
#define X86_LAYOUT_H

#define HOLE_START 0xffff800000000000
#define HOLE_END   0xffff880000000000

#define FAKE_START 0x200000000000
#define FRAMES_VA  0x200000000000
#define M2P_VA     0x210000000000
#define M2P_END    0x210000100000
#define DIRECT_VA  0x300000000000
#define FAKE_END   0x400000000000

#if TABLE_ENTRIES == 512
#define HOLE_FIRST_SLOT 256
#define HOLE_LAST_SLOT  271
#else
#define HOLE_FIRST_SLOT (TABLE_ENTRIES - 1)
#define HOLE_LAST_SLOT  (TABLE_ENTRIES - 1)
#endif

#define STACK_BLOCK 65536
#define MAX_CPUS    32

#endif
