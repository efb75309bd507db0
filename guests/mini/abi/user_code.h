/* SPDX-License-Identifier: BSD-2-Clause */
/* The runs of user.S. */
#ifndef ABI_USER_CODE_H
#define ABI_USER_CODE_H

extern const char user_syscall[], user_syscall_return[], user_ud2[], user_divide[], user_read[],
    user_write[], user_jump[], user_hlt[], user_cli[], user_in[], user_read_cr3[], user_int3[],
    user_int80[], user_int81[], user_gs[], user_fs[], user_cpuid[], user_flags[], user_int3_regs[],
    user_wait[], user_sysenter[], user_load_fs[], user_read_gs[], user_iret[];

#endif
