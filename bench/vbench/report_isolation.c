/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_isolation.h"
#include "bench/vbench/study.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define ISOLATION "results/isolation.json"

static const char *const works[] = {"compute", "processes", "disk"};
static const char *const columns[] = {"vantage", "xen"};
enum { KINDS = sizeof works / sizeof *works, HYPERVISORS = sizeof columns / sizeof *columns };

/* Every kind of neighbour, in the order of the table. */
static const struct {
    const char *name, *title;
} neighbours[] = {
    {"disk", "the paper's disk hog"},
    {"fork", "the paper's fork bomb"},
    {"memory", "the paper's memory bomb"},
    {"net", "TCP to dom0 without end"},
    {"calls+flushes", "hypercalls, TLB flushes of all CPUs"},
    {"tree", "full page-table trees pinned and unpinned"},
    {"balloon+timers", "memory given back and taken, timers long due"},
    {"faults+log", "exceptions, lines for the log"},
    {"events", "events for dom0's daemons"},
    {"events+grants", "events for others, grants of theirs"},
    {"dodge", "asleep at each tick"},
    {"wake", "10,000 wake-ups a second"},
    {"store", "names, watches and transactions without end in xenstore"},
    {"flushes+ipis", "TLB flushes of all CPUs and events to itself by four vCPUs"},
    {"ring", "garbage in the ring of its disk, closed and opened again"},
    {"crash", "a domain that crashes at once and is made again by xl"},
    {"all", "hostile hypercalls, tables and user code"},
};
enum { NEIGHBOURS = sizeof neighbours / sizeof *neighbours };

/* How much longer the work takes beside that neighbour, in percent; NULL: not measured. */
static const json_t *loss_of(json_t *rows, const char *beside, const char *work)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
        if (!strcmp(json_string_value(json_object_get(row, "beside")) ?: "", beside) &&
            !strcmp(json_string_value(json_object_get(row, "work")) ?: "", work))
            return json_object_get(row, "loss_percent");
    return NULL;
}

/* The longest of any question of dom0's to its xenstore, in milliseconds, beside whomever; 0: not measured. */
static double longest_answer(json_t *rows)
{
    double longest = 0;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
        if (!strcmp(json_string_value(json_object_get(row, "work")) ?: "", "store"))
            longest = fmax(longest, json_number_value(json_object_get(row, "value")));
    return longest;
}

static void write_neighbour(FILE *out, json_t *root, unsigned n)
{
    json_t *all = json_object_get(root, "columns");
    fprintf(out, "| %s |", neighbours[n].title);
    for (int w = 0; w < KINDS; w++)
        for (int c = 0; c < HYPERVISORS; c++) {
            const json_t *loss = loss_of(json_object_get(all, columns[c]), neighbours[n].name, works[w]);
            if (json_is_number(loss))
                fprintf(out, " %.1f |", json_number_value(loss));
            else
                fputs(" - |", out);
        }
    fputc('\n', out);
}

void write_isolation(FILE *out)
{
    json_t *root = optional_read(ISOLATION);
    const char *commit = json_string_value(json_object_get(root, "commit"));
    double longest[HYPERVISORS];
    if (!root)
        return;
    fprintf(out,
            "## Isolation\n\nHow much longer, in percent, a stock kernel's work takes beside a domain that does its worst "
            "than beside\none that only computes, which has its fair half: both of equal weight on one CPU, whose dom0 "
            "serves their\ndisks (ci/isolation, at commit %s; Xen 4.17 with its default scheduler). The paper has 4 %% and "
            "2 %%.\n\n"
            "| beside | computing: Vantage | Xen | processes: Vantage | Xen | disk: Vantage | Xen |\n"
            "|---|---:|---:|---:|---:|---:|---:|\n",
            commit ? commit : "unknown");
    for (unsigned n = 0; n < NEIGHBOURS; n++)
        if (loss_of(json_object_get(json_object_get(root, "columns"), columns[0]), neighbours[n].name, works[0]))
            write_neighbour(out, root, n);
    fputc('\n', out);
    for (int c = 0; c < HYPERVISORS; c++)
        longest[c] = longest_answer(json_object_get(json_object_get(root, "columns"), columns[c]));
    if (longest[0] > 0)
        fprintf(out, "dom0's questions to its xenstore beside these took at most %.0f ms on Vantage, %.0f ms on Xen.\n\n",
                longest[0], longest[1]);
    json_decref(root);
}
