/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/doctor.h"
#include "bench/vbench/options.h"

int verb_doctor(struct options *o)
{
    return doctor_print(&o->plan.machine, o->wants_json);
}
