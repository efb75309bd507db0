/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/bars.h"
#include "trace/vtrace/plot.h"
#include "trace/vtrace/vtrace.h"

#include <inttypes.h>

#define BAR_WIDTH 50

void bars_add(struct bars *b, double from, double to, uint64_t values)
{
    if (b->count < sizeof(b->of) / sizeof(b->of[0]))
        b->of[b->count++] = (struct bar){from, to, values};
}

static uint64_t highest(const struct bars *b)
{
    uint64_t most = 1;

    for (unsigned i = 0; i < b->count; i++)
        most = b->of[i].values > most ? b->of[i].values : most;
    return most;
}

void bars_print(FILE *out, const struct bars *b)
{
    uint64_t most = highest(b);
    char low[32], high[32];

    for (unsigned i = 0; i < b->count; i++) {
        const struct bar *r = &b->of[i];

        fprintf(out, "    %9s - %-9s %10" PRIu64 " %.*s\n", text_value(low, sizeof(low), b->unit, r->from),
                text_value(high, sizeof(high), b->unit, r->to), r->values,
                (int)((r->values * BAR_WIDTH + most - 1) / most), "##################################################");
    }
}

void bars_plot(const struct bars *b, const char *path, const char *title, const char *what)
{
    FILE *out = plot_begin(path, title);

    fprintf(out, "set xlabel '%s'\nset ylabel '%s'\nset logscale x\nset yrange [0:*]\nset grid\nunset key\n"
            "plot '-' with filledcurves above y=0 fillcolor rgb '#4477aa'\n", b->unit, what);
    for (unsigned i = 0; i < b->count; i++) {
        const struct bar *r = &b->of[i];

        fprintf(out, "%g %" PRIu64 "\n%g %" PRIu64 "\n", r->from > 0 ? r->from : 0.5, r->values, r->to, r->values);
    }
    fputs("e\n", out);
    plot_end(out, path);
}
