/* SPDX-License-Identifier: BSD-2-Clause */
/* INS and OUTS, with REP: part of privileged.c's work. */
#ifndef PV_STRING_IO_H
#define PV_STRING_IO_H

#include "pv/decode.h"
#include "pv/emulate.h"

#define STRING_MAX 64 /* elements per trap */

enum emulate_result string_io(struct vcpu *v, const struct instruction *in,
                              struct emulate_fault *f);

#endif
