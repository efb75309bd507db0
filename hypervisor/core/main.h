/* SPDX-License-Identifier: BSD-2-Clause */
/* Where boot.S goes. */
#ifndef CORE_MAIN_H
#define CORE_MAIN_H

#include "lib/types.h"

__attribute__((noreturn)) void on_boot(uint32_t magic, uint32_t information);

#endif
