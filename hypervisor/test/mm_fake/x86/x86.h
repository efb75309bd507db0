/* SPDX-License-Identifier: BSD-2-Clause */
/* x86.h for host tests: <stdlib.h> has a function named on_exit. */
#ifndef FAKE_X86_H
#define FAKE_X86_H

#define on_exit hv_on_exit
#include "../../../x86/x86.h"
#undef on_exit

#endif
