/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pictures: for each a plots/NAME.dat made from the study, and gnuplot, which makes plots/NAME.svg
 * of it. The same study gives the same bytes.
 */
#ifndef BENCH_VBENCH_PLOT_H
#define BENCH_VBENCH_PLOT_H

#include "bench/vbench/study.h"

#include <stdio.h>

/* Draws the plot of this name, or all with NULL, into plots/ under `root`, which has the gnuplot
 * scripts. A plot that the study has no data for is left as it is. 0; -EINVAL without such a plot, or
 * -errno or -EIO; each with a complaint. */
int plots_draw(const struct study *s, const char *root, const char *name);

/* Is there a plot of this name? */
bool has_plot(const char *name);

/* One line per plot: its name and what it shows. */
void plots_list(FILE *out);

#endif
