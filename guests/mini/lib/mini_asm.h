/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers head.S and C share. C checks the offsets (trap.c). */
#ifndef MINI_ASM_H
#define MINI_ASM_H

#define HYP_IRET 23

/* What brought the guest into an entry: a vector, 0 to 255, or one of these. */
#define TRAP_EVENT        256
#define TRAP_SYSCALL      257
#define TRAP_SYSCALL32    258
#define TRAP_SYSENTER     259
#define TRAP_FAILSAFE     260
#define TRAP_NMI_CALLBACK 261

/* offsetof(struct trap_regs, vector) */
#define TRAP_REGS_VECTOR 120

#endif
