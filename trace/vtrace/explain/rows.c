/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/explain/rows.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>

enum of { FUNCTION, NAME_OF_VISIT, COMING };

#define OWN(pattern, row)           {FUNCTION, pattern, "*", row},
#define VISIT(pattern, rank, row)   {NAME_OF_VISIT, pattern, "*", row},
#define ENTRY(pattern, origin, row) {COMING, pattern, origin, row},
static const struct rule {
    enum of of;
    const char *pattern, *origin, *row;
} rules[] = {
#include "bench/explain/rows.def"
};

static bool fits(const struct rule *r, const char *visit, const char *origin, const char *function)
{
    return !fnmatch(r->pattern, r->of == FUNCTION ? function : visit, 0) && !fnmatch(r->origin, origin, 0);
}

const char *row_of(const char *visit, const char *origin, const char *function)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (fits(&rules[i], visit, origin, function))
            return rules[i].row;
    return ROW_UNEXPLAINED;
}
