/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/publish.h"
#include "bench/vbench/host.h"
#include "bench/vbench/plot.h"
#include "bench/vbench/report.h"
#include "bench/vbench/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_document(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && !strcmp(dot, ".json");
}

/* Reads the study of those of the names that are documents, or of the tree without any. */
static int study_choose(struct study *s, char *const names[], int n)
{
    static const char *const of_tree[] = {DOCUMENTS_OF_TREE, NULL};
    const char **chosen = calloc(n + 1, sizeof *chosen);
    int documents = 0;
    for (int i = 0; i < n; i++)
        if (is_document(names[i]))
            chosen[documents++] = names[i];
    int rc = study_read(s, documents ? chosen : of_tree);
    if (rc == -ENOENT && documents == 0)
        complain("results/ has no result document yet; run vbench run");
    free(chosen);
    return rc;
}

static int report(struct study *s)
{
    int rc = report_write(s, ".");
    study_free(s);
    if (rc == 0)
        fprintf(stderr, "wrote BENCHMARKS.md and plots/\n");
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

int publish_report(char *const names[], int n)
{
    static struct study s;
    for (int i = 0; i < n; i++)
        if (!is_document(names[i])) {
            complain("%s is not a result document (.json); see vbench report --help", names[i]);
            return EXIT_USAGE;
        }
    if (study_choose(&s, names, n))
        return EXIT_USAGE;
    table_print(stdout, &s.documents.all, &s.paper);
    return report(&s);
}

int publish_run(const char *path)
{
    static struct study s;
    if (study_read(&s, (const char *const[]){path, DOCUMENTS_OF_TREE, NULL}))
        return EXIT_NOT_RUN;
    return report(&s);
}

static bool are_plots(char *const names[], int n)
{
    for (int i = 0; i < n; i++)
        if (!is_document(names[i]) && !has_plot(names[i])) {
            complain("there is no plot called %s. These are:", names[i]);
            plots_list(stderr);
            return false;
        }
    return true;
}

int publish_plots(char *const names[], int n)
{
    static struct study s;
    bool is_chosen = false;
    int rc = 0;
    if (!are_plots(names, n) || study_choose(&s, names, n))
        return EXIT_USAGE;
    for (int i = 0; i < n && rc == 0; i++)
        if (!is_document(names[i])) {
            is_chosen = true;
            rc = plots_draw(&s, ".", names[i]);
        }
    if (!is_chosen)
        rc = plots_draw(&s, ".", NULL);
    study_free(&s);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}
