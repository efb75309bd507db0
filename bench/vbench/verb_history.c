/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/documents.h"
#include "bench/vbench/history.h"
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"

#define INDEX "build/history.sqlite"

int verb_history(struct options *o)
{
    static const char *const patterns[] = {"results/2*.json", "results/chosen-*.json", DOCUMENTS_KEPT, NULL};
    for (int i = 0; i < o->name_count; i++)
        if (row_find(o->names[i]) == ROW_NONE)
            return usage_error("there is no benchmark called %s (vbench list)", o->names[i]);
    if (history_build(INDEX, patterns) < 0)
        return EXIT_NOT_RUN;
    return history_print(stdout, INDEX, o->names, o->name_count, o->wants_json) ? EXIT_NOT_RUN : EXIT_OK;
}
