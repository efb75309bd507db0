/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/plot.h"
#include "bench/vbench/host.h"
#include "bench/vbench/plot_data.h"
#include "bench/vbench/plot_instances.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct plot {
    const char *name, *script, *what;
    unsigned (*write)(FILE *out, const struct study *s, const char *table);
    const char *table;
} plots[] = {
    {"ratios", "ratios.gp", "every micro-benchmark's ratio to native, all columns", write_all_ratios, NULL},
    {"table3", "table.gp", "the paper's Table 3: ratios, the paper's Xen beside ours", write_ratios, "3"},
    {"table4", "table.gp", "Table 4", write_ratios, "4"},
    {"table5", "table.gp", "Table 5", write_ratios, "5"},
    {"figure3", "figure3.gp", "Figure 3: relative performance of applications", write_figure3_bars, NULL},
    {"figure4", "instances.gp", "Figure 4: several web servers at once", write_instances, "web"},
    {"figure5", "instances.gp", "Figure 5: several databases at once, and domains of other weights", write_instances, "db"},
    {"figure6", "figure6.gp", "Figure 6: what 1 to 128 domains get done at once", write_scale, NULL},
    {"batching", "batching.gp", "instructions per page-table entry by size of the batch",
     write_batching, NULL},
    {"breakdown", "breakdown.gp", "user, kernel and hypervisor parts of each benchmark",
     write_breakdown, NULL},
    {"history", "history.gp", "ratios to native over the kept documents", write_history, NULL},
};

enum { PLOTS = sizeof plots / sizeof *plots };

bool has_plot(const char *name)
{
    for (int i = 0; i < PLOTS; i++)
        if (!strcmp(plots[i].name, name))
            return true;
    return false;
}

void plots_list(FILE *out)
{
    for (int i = 0; i < PLOTS; i++)
        fprintf(out, "  %-10s %s\n", plots[i].name, plots[i].what);
}

/* Writes the data file: how many lines of data it has, or -errno. */
static int data_write(const struct plot *plot, const struct study *s, const char *root)
{
    char *bytes = NULL;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return -ENOMEM;
    int lines = plot->write(out, s, plot->table);
    fclose(out);
    char *path = text("%s/plots/%s.dat", root, plot->name);
    int rc = lines ? file_replace(path, bytes, length) : 0;
    if (rc)
        complain("cannot write %s: %s", path, strerror(-rc));
    free(path);
    free(bytes);
    return rc ? rc : lines;
}

/* Calls gnuplot, whatever the user has in ~/.gnuplot. The word at the end is how capture() knows. */
static int draw(const struct plot *plot, const char *root)
{
    char *command = text("cd '%s/plots' && LC_ALL=C gnuplot -d -e \"name='%s'\" %s && echo drawn", root, plot->name,
                         plot->script);
    char *said = capture((char *const[]){"sh", "-c", command, NULL});
    int rc = said ? 0 : -EIO;
    if (rc)
        complain("gnuplot could not draw %s/plots/%s; is gnuplot-nox installed (ci/deps)?", root,
                 plot->script);
    free(command);
    free(said);
    return rc;
}

int plots_draw(const struct study *s, const char *root, const char *name)
{
    int rc = 0;
    for (int i = 0; i < PLOTS && rc == 0; i++) {
        if (name && strcmp(plots[i].name, name))
            continue;
        int lines = data_write(&plots[i], s, root);
        if (lines == 0 && name)
            complain("%s is not drawn: the documents have no data for it", name);
        rc = lines < 0 ? lines : lines ? draw(&plots[i], root) : 0;
    }
    return rc;
}
