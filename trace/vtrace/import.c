/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace import: one boot's trace as a file of its own, out of a memory dump or of a file with several. */
#include "trace/vtrace/vtrace.h"

#include <errno.h>
#include <string.h>

int verb_import(const struct options *o)
{
    const char *path = option_text(o, 'o');
    struct trace *t;
    char why[4400];
    FILE *out;
    int status;

    if (!path)
        fail("import needs -o PATH");
    t = trace_open_boot(o->paths[0], option_number(o, 'b', 0), why, sizeof(why));
    if (!t)
        fail("%s", why);
    out = fopen(path, "w");
    if (!out)
        fail("%s: %s", path, strerror(errno));
    fwrite(t->data, 1, t->size, out);
    if (ferror(out) | fclose(out))
        fail("%s: writing failed: %s", path, strerror(errno));
    print_completeness(stdout, t);
    status = exit_status(t);
    trace_close(t);
    return status;
}
