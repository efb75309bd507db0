/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of the Linux build: make, a shell, gcc's cc1, as and ld over preprocessed files of a
 * kernel module (input/module.mk). The object they end in must have the SHA-256 it had on the
 * machine where the image was made.
 */
#include "bench/macro/macro.h"

uint64_t bench_kernel_build(unsigned iterations)
{
    char *const make[] = {"make", "-r", "-f", IN_DIR "module.mk", NULL};
    work_begin();
    uint64_t took = command_time(&(struct command){.argv = make});
    output_check("module");
    return took;
}
