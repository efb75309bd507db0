/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/baseline.h"
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GATE_VALUES "build/gate/run.txt"

static int record(const struct options *o, const struct baseline *b)
{
    char *date = utc_now("%Y-%m-%dT%H:%M:%SZ");
    int rc = baseline_write(b, date, o->reason, o->baseline);
    free(date);
    if (rc)
        complain("cannot write %s: %s", o->baseline, strerror(-rc));
    else
        fprintf(stderr, "wrote %s\n", o->baseline);
    return rc ? EXIT_NOT_RUN : EXIT_OK;
}

/* Rows that the gate did not run stay, unless they are of another environment. */
static int merge(const struct options *o, struct baseline *old, struct baseline *new)
{
    char *mismatch = baseline_mismatch(old, new);
    if (mismatch) {
        complain("what was recorded before is dropped: %s", mismatch);
        free(mismatch);
        return record(o, new);
    }
    baseline_merge(old, new);
    return record(o, old);
}

int verb_accept(struct options *o)
{
    static struct baseline old, new;
    const char *path = o->name_count ? o->names[0] : GATE_VALUES;
    if (!o->reason || !*o->reason || strchr(o->reason, '\n'))
        return usage_error("accept wants --reason with one line");
    if (access(path, R_OK)) {
        complain("cannot read %s: %s; vbench gate keeps there what it measures", path, strerror(errno));
        return EXIT_USAGE;
    }
    bool is_first = access(o->baseline, F_OK) != 0;
    if (!is_first && baseline_read(&old, o->baseline))
        return EXIT_NO_BASE;
    int status = baseline_read(&new, path) ? EXIT_USAGE : is_first ? record(o, &new)
                                                                   : merge(o, &old, &new);
    baseline_free(&old);
    baseline_free(&new);
    return status;
}
