/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/plot_instances.h"

#include <string.h>

/* Groups of bars stand side by side: one for each work and number of instances that somebody measured. */
struct group {
    enum instances_work work;
    enum instances_case which;
    const struct bar *bars; /* by system */
};

enum { GROUPS_MAX = WORKS * CASES, GROUP_WIDTH = INSTANCES_SYSTEMS + 1 };

static bool has_bars(const struct bar bars[INSTANCES_SYSTEMS])
{
    unsigned n = 0;
    for (int s = 0; s < INSTANCES_SYSTEMS; s++)
        n += bars[s].n;
    return n > 0;
}

static unsigned groups_find(struct group groups[GROUPS_MAX], const struct instances *all, bool is_web)
{
    unsigned n = 0;
    for (int w = 0; w < WORKS; w++)
        for (int c = 0; c < CASES; c++)
            if ((w == WORK_WEB) == is_web && has_bars(all->bar[w][c]))
                groups[n++] = (struct group){w, c, all->bar[w][c]};
    return n;
}

/* From the bottom up; returns how many. */
static unsigned write_bands(FILE *out, const struct bar *bar, double unit, unsigned x, int system)
{
    double low = 0;
    for (unsigned i = 0; i < bar->n && unit > 0; i++) {
        double high = low + bar->part[i] / unit;
        fprintf(out, "%u %.4f %.4f %d\n", x, low, high, system);
        low = high;
    }
    return unit > 0 ? bar->n : 0;
}

static unsigned write_group(FILE *out, const struct instances *all, const struct group *g, unsigned x)
{
    unsigned bands = 0;
    for (int s = 0; s < INSTANCES_SYSTEMS; s++)
        bands += write_bands(out, &g->bars[s], instances_unit(all, g->work, s), x + s, s);
    return bands;
}

static void write_label(FILE *out, const struct group *g, unsigned x)
{
    static const char *const before[WORKS] = {[WORK_WEB] = "", [WORK_DB_IR] = "IR ", [WORK_DB_OLTP] = "OLTP "};
    fprintf(out, "%.1f \"%s%s\"\n", x + (INSTANCES_SYSTEMS - 1) / 2.0, before[g->work], case_name(g->which));
}

/* Where the bands of a bar would end if each had its weight's share. */
static void write_shares(FILE *out, const struct instances *all, const struct group *g, unsigned x)
{
    for (int s = 0; s < INSTANCES_SYSTEMS && g->which == CASE_DIFF; s++) {
        const struct bar *bar = &g->bars[s];
        double height = bar_total(bar) / instances_unit(all, g->work, s), share = 0;
        for (unsigned i = 0; i + 1 < bar->n && height > 0; i++)
            fprintf(out, "%u %.4f\n", x + s, height * (share += weight_share(i, bar->n)));
    }
}

unsigned write_instances(FILE *out, const struct study *s, const char *kind)
{
    struct group groups[GROUPS_MAX];
    unsigned n = groups_find(groups, &s->instances, !strcmp(kind, "web")), bands = 0;
    fprintf(out, "# x low high system: 0 Linux, 1 Xen of 2003; 2 native, 3 Vantage, 4 Xen 4.17   (over one instance)\n");
    for (unsigned i = 0; i < n; i++)
        bands += write_group(out, &s->instances, &groups[i], i * GROUP_WIDTH);
    fprintf(out, "\n\n# x group\n");
    for (unsigned i = 0; i < n; i++)
        write_label(out, &groups[i], i * GROUP_WIDTH);
    fprintf(out, "\n\n# x height   (where a band ends by weight)\n-9 0\n");
    for (unsigned i = 0; i < n; i++)
        write_shares(out, &s->instances, &groups[i], i * GROUP_WIDTH);
    return bands;
}
