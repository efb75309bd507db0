/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/baseline.h"
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What may become a baseline: every column complete and printed the same twice. */
static bool is_acceptable(const struct result *r)
{
    for (int c = 0; c < COLUMNS; c++)
        if (r->columns[c].asked && (r->columns[c].reason || r->columns[c].repeat != IDENTICAL))
            return false;
    return true;
}

static int baseline_record(const struct options *o, const struct result *r)
{
    char *date = utc_now("%Y-%m-%dT%H:%M:%SZ");
    int rc = baseline_write(r, date, o->reason, o->baseline);
    free(date);
    if (rc)
        complain("cannot write %s: %s", o->baseline, strerror(-rc));
    else
        fprintf(stderr, "wrote %s\n", o->baseline);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

int verb_accept(struct options *o)
{
    static struct result r;
    static struct baseline old;
    const char *path = o->name_count ? o->names[0] : GATE_RUN;
    int status = EXIT_USAGE;
    if (!o->reason || !*o->reason || strchr(o->reason, '\n'))
        return usage_error("%s wants --reason with one line", "accept");
    if (access(o->baseline, F_OK) == 0 && baseline_read(&old, o->baseline))
        return EXIT_NO_BASE;
    baseline_free(&old);
    if (result_read(&r, path))
        return EXIT_USAGE;
    if (is_acceptable(&r))
        status = baseline_record(o, &r);
    else
        complain("%s cannot be a baseline: a column is not complete, or was not run twice with the "
                 "same console; use the document of a gate",
                 path);
    result_free(&r);
    return status;
}
