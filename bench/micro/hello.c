/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest program there is: exit(0), no libc. What fork_exec and fork_sh execute, so that
 * their cost is the kernel's and not a C library's start-up.
 */
void _start(void);

void _start(void)
{
    __asm__ volatile("syscall" : : "a"(60L), "D"(0L) : "rcx", "r11", "memory");
    __builtin_unreachable();
}
