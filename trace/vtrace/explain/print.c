/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/explain/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEEN 0.005 /* instructions or visits per operation: less is not shown */

static double share(const struct explanation *e, double instructions)
{
    double whole = e->now - e->before;

    return whole != 0 ? 100 * instructions / whole : 0;
}

static void print_parts(const struct explanation *e)
{
    double sum = 0;

    printf("  %-13s %-40s %14s %8s\n", "who", "path", "instructions", "share");
    for (size_t i = 0; i < e->count; i++) {
        const struct part *p = &e->parts[i];

        sum += p->instructions;
        printf("  %-13s %-40s %14.1f %6.1f %%\n", p->who, p->path, p->instructions, share(e, p->instructions));
    }
    printf("  %-13s %-40s %14.1f %6.1f %%\n", "all", "sum", sum, share(e, sum));
}

static size_t at_most(size_t n, size_t limit)
{
    return n < limit ? n : limit;
}

/* Who comes into the hypervisor, for what, how often, and for how long. */
static void print_visits(const struct explanation *e, size_t lines)
{
    const struct interval *v = e->is.of;
    size_t n;
    struct change *all = changes(e, &e->was.of->visited, &v->visited, &n);

    printf("  visits to the hypervisor (from)\n");
    for (size_t i = 0; i < at_most(n, lines); i++) {
        double times = (double)tally_of(&v->visits, all[i].name) / e->is.operations;

        if (times > 0)
            printf("    %-50s %10.3f times %10.1f instructions each\n", all[i].name, times, all[i].now / times);
    }
    free(all);
}

static void print_changes(const char *title, const char *unit, const struct explanation *e, const struct tally *was,
                          const struct tally *is, size_t lines)
{
    size_t n;
    struct change *all = changes(e, was, is, &n);

    if (n && fabs(all[0].now - all[0].before) >= SEEN)
        printf("  %s\n", title);
    for (size_t i = 0; i < at_most(n, lines) && fabs(all[i].now - all[i].before) >= SEEN; i++)
        printf("    %-50s %10.2f -> %10.2f %s\n", all[i].name, all[i].before, all[i].now, unit);
    free(all);
}

void explanation_print(const struct explanation *e, const struct wording *w)
{
    const struct interval *was = e->was.of, *is = e->is.of;

    printf("%s: %.1f instructions %s, %.1f %s: difference %.1f, %.3f times (per operation)\n", e->benchmark, e->before,
           w->was, e->now, w->is, e->now - e->before, e->now / e->before);
    print_parts(e);
    if (w->between_builds)
        print_changes("visits to the hypervisor (from)", "times", e, &was->visits, &is->visits, w->lines);
    else
        print_visits(e, w->lines);
    print_changes("in the hypervisor's", "instructions", e, &was->functions, &is->functions, w->lines);
    print_changes("in the guest kernel's", "instructions", e, &was->kernel_functions, &is->kernel_functions, w->lines);
    putchar('\n');
}

static json_t *changes_json(const struct explanation *e, const struct tally *was, const struct tally *is, size_t lines)
{
    size_t n;
    struct change *all = changes(e, was, is, &n);
    json_t *list = json_array();

    for (size_t i = 0; i < at_most(n, lines); i++)
        json_array_append_new(list, json_pack("{s:s,s:f,s:f}", "name", all[i].name, "before", all[i].before, "now",
                                              all[i].now));
    free(all);
    return list;
}

json_t *explanation_json(const struct explanation *e, const struct wording *w)
{
    const struct interval *was = e->was.of, *is = e->is.of;
    json_t *rows = json_array();

    for (size_t i = 0; i < e->count; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:f,s:f}", "who", e->parts[i].who, "path", e->parts[i].path,
                                              "instructions", e->parts[i].instructions, "percent",
                                              share(e, e->parts[i].instructions)));
    return json_pack("{s:s,s:f,s:f,s:f,s:o,s:o,s:o,s:o,s:o,s:b}", "benchmark", e->benchmark, "before_instructions",
                     e->before, "now_instructions", e->now, "difference_instructions", e->now - e->before, "rows", rows,
                     "visits", changes_json(e, &was->visits, &is->visits, w->lines), "visited_instructions",
                     changes_json(e, &was->visited, &is->visited, w->lines), "function_instructions",
                     changes_json(e, &was->functions, &is->functions, w->lines), "kernel_function_instructions",
                     changes_json(e, &was->kernel_functions, &is->kernel_functions, w->lines), "explained",
                     is_explained(e));
}

/* --- A row of the map of costs --- */

/* "pv/fault.c:page_fault user" without its file. */
static const char *without_file(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

static double part_of(const struct explanation *e, const char *path)
{
    for (size_t i = 0; i < e->count; i++)
        if (!strcmp(e->parts[i].path, path))
            return e->parts[i].instructions;
    return 0;
}

static void map_visits(const struct explanation *e, size_t lines)
{
    size_t n;
    struct change *all = changes(e, &e->was.of->visited, &e->is.of->visited, &n);

    for (size_t i = 0; i < at_most(n, lines); i++) {
        double times = (double)tally_of(&e->is.of->visits, all[i].name) / e->is.operations;

        if (times > 0)
            printf("%s%s: %.4g x %.0f", i ? "<br>" : "", without_file(all[i].name), times, all[i].now / times);
    }
    free(all);
}

static void map_functions(const struct explanation *e, const struct tally *was, const struct tally *is, size_t lines)
{
    size_t n;
    struct change *all = changes(e, was, is, &n);

    for (size_t i = 0; i < at_most(n, lines); i++)
        printf("%s%s %.0f", i ? "<br>" : "", without_file(all[i].name), all[i].now - all[i].before);
    free(all);
}

void explanation_map_row(const struct explanation *e)
{
    const struct interval *was = e->was.of, *is = e->is.of;

    printf("| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.1f | ", e->benchmark, e->before, e->now,
           part_of(e, "user program"), part_of(e, "guest kernel path"), (double)is->hypervisor / e->is.operations,
           e->parts[e->count - 1].instructions);
    map_visits(e, 5);
    printf(" | ");
    map_functions(e, &was->functions, &is->functions, 5);
    printf(" | ");
    map_functions(e, &was->kernel_functions, &is->kernel_functions, 4);
    printf(" |\n");
}
