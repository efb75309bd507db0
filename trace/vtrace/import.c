/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace import: one boot's trace as a file of its own, out of a memory dump or of a file with several; and what a dump
 * has of a domain's crash. */
#include "trace/vtrace/json.h"

#include <errno.h>
#include <string.h>

static int put_trace(struct trace *t, const struct options *o)
{
    const char *path = option_text(o, 'o');
    FILE *out = strcmp(path, "-") ? fopen(path, "w") : stdout;
    int status;

    if (!out)
        fail("%s: %s", path, strerror(errno));
    fwrite(t->data, 1, t->size, out);
    if (ferror(out) | fclose(out))
        fail("%s: writing failed: %s", path, strerror(errno));
    print_outcome(stderr, t, o);
    status = exit_status(t);
    trace_close(t);
    return status;
}

int crash_in_dump(const struct options *o)
{
    char why[4400];
    struct trace *t = trace_open_crash(o->paths[0], why, sizeof(why));

    if (!t)
        fail("%s", why);
    return put_trace(t, o);
}

int verb_import(const struct options *o)
{
    struct trace *t;
    char why[4400];

    if (!option_given(o, 'o'))
        fail("import needs -o PATH");
    t = trace_open_boot(o->paths[0], option_number(o, 'b', 0), why, sizeof(why));
    if (!t)
        fail("%s", why);
    return put_trace(t, o);
}
