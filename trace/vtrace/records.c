/* SPDX-License-Identifier: BSD-2-Clause */
/* The records that the options ask for. */
#include "trace/vtrace/cursor.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/filter.h"
#include "trace/vtrace/options.h"

#include <stdlib.h>

struct records {
    struct cursor *cursor;
    struct filter *filter;
    uint64_t left; /* of the limit */
};

struct records *records_open(const struct trace *t, const struct options *o)
{
    struct records *s = must_calloc(1, sizeof(*s));

    s->filter = filter_make(t, o);
    s->cursor = cursor_new(t);
    s->left = option_number(o, 'n', UINT64_MAX);
    return s;
}

bool records_next(struct records *s, struct record *r)
{
    while (s->left && cursor_next(s->cursor, r)) {
        if (!filter_passes(s->filter, r))
            continue;
        s->left--;
        return true;
    }
    return false;
}

void records_close(struct records *s)
{
    cursor_free(s->cursor);
    filter_free(s->filter);
    free(s);
}
