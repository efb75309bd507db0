/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture through gnuplot: SVG or PNG by the path's ending. Fails when gnuplot does. */
#ifndef VTRACE_PLOT_H
#define VTRACE_PLOT_H

#include <stdio.h>

/* gnuplot's input, terminal and title already written. */
FILE *plot_begin(const char *path, const char *title);
void plot_end(FILE *f, const char *path);

#endif
