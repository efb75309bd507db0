/* SPDX-License-Identifier: BSD-2-Clause */
/* Included before every file: all our symbols, also those only declared, are reached relative to rip; and
 * the fixed-width types, which the ABI's headers expect to be there. */
#pragma GCC visibility push(hidden)
#include <stdint.h>
