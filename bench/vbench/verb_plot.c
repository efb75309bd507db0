/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/options.h"
#include "bench/vbench/publish.h"

int verb_plot(struct options *o)
{
    return publish_plots(o->names, o->name_count);
}
