/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/compare.h"
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"
#include "bench/vbench/said.h"

#include <stdio.h>
#include <string.h>

/* The column in FILE:COLUMN, which is cut off; SAME_COLUMNS without one. */
static int column_cut(char *name)
{
    char *colon = strrchr(name, ':');
    int column = colon ? column_find(colon + 1) : -1;
    if (column < 0)
        return SAME_COLUMNS;
    *colon = 0;
    return column;
}

int verb_compare(struct options *o)
{
    static struct result a, b;
    static struct verdict_list list;
    if (o->name_count != 2)
        return usage_error("%s wants two result documents", "compare");
    int from = column_cut(o->names[0]), to = column_cut(o->names[1]);
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
