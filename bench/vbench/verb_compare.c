/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/compare.h"
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"
#include "bench/vbench/said.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Takes the column of FILE:COLUMN, which is cut off; SAME_COLUMNS without one. Complains of one that is
 * none, unless the file is called so. */
static bool column_cut(char *name, int *column)
{
    char *colon = strrchr(name, ':');
    *column = SAME_COLUMNS;
    if (!colon || access(name, F_OK) == 0)
        return true;
    *column = column_find(colon + 1);
    if (*column < 0)
        return usage_error("there is no column called %s (vbench list)", colon + 1), false;
    *colon = 0;
    return true;
}

int verb_compare(struct options *o)
{
    static struct result a, b;
    static struct verdict_list list;
    if (o->name_count != 2)
        return usage_error("%s wants two result documents", "compare");
    int from, to;
    if (!column_cut(o->names[0], &from) || !column_cut(o->names[1], &to))
        return EXIT_USAGE;
    if ((from == SAME_COLUMNS) != (to == SAME_COLUMNS))
        return usage_error("%s wants a column for both documents or for none", "compare");
    if (result_read(&a, o->names[0]) || result_read(&b, o->names[1]))
        return EXIT_USAGE;
    struct said said;
    said_open(&said, o->wants_json);
    int status = compare_print(said.out, &a, &b, from, to, o->tolerance, &list);
    if (o->markdown && list.n && verdicts_to_markdown(&list, "Comparison", o->markdown))
        status = EXIT_NOT_RUN;
    const char *lines = said_close(&said);
    if (o->wants_json)
        verdicts_to_json(stdout, &list,
                         &(struct verdict_frame){"compare", NULL, status, o->tolerance, lines});
    said_free(&said);
    result_free(&a);
    result_free(&b);
    return status;
}
