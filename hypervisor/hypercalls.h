/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototypes of all handlers, from hypercalls.def: long hc_<name>(struct vcpu *v, arguments...). The
 * handler of a noun lives in the folder that owns the noun. */
#ifndef HYPERCALLS_H
#define HYPERCALLS_H

#include "domain/domain.h"

#define HC0(nr, name, text) long hc_##name(struct vcpu *v);
#define HC1(nr, name, T1, a1, text) long hc_##name(struct vcpu *v, T1 a1);
#define HC2(nr, name, T1, a1, T2, a2, text) long hc_##name(struct vcpu *v, T1 a1, T2 a2);
#define HC3(nr, name, T1, a1, T2, a2, T3, a3, text)                                                \
    long hc_##name(struct vcpu *v, T1 a1, T2 a2, T3 a3);
#define HC4(nr, name, T1, a1, T2, a2, T3, a3, T4, a4, text)                                        \
    long hc_##name(struct vcpu *v, T1 a1, T2 a2, T3 a3, T4 a4);
#include "hypercalls.def"
#undef HC0
#undef HC1
#undef HC2
#undef HC3
#undef HC4

#endif
