/* SPDX-License-Identifier: BSD-2-Clause */
/* Included before every file: all our symbols, also those only declared, are reached relative to rip. */
#pragma GCC visibility push(hidden)
