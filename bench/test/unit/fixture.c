/* SPDX-License-Identifier: BSD-2-Clause */
/* Measurements that are made up, for several tests. */
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"

#include <stdlib.h>
#include <string.h>

void metric_set(struct metric *m, unsigned iters, unsigned n, const uint64_t *sample)
{
    m->iters = iters;
    m->n = n;
    memcpy(m->sample, sample, n * sizeof *sample);
}

void result_make(struct result *r)
{
    memset(r, 0, sizeof *r);
    r->suite = text("quick");
    r->date = text("2026-01-01T00:00:00Z");
    r->commit = text("v1 \"quoted\" \xc3\xa4");
    r->kernel_sha256 = text("aa");
    for (int c = COLUMN_NATIVE; c <= COLUMN_XEN; c++) {
        r->columns[c].asked = true;
        r->columns[c].wall_s = 1.5;
        r->columns[c].repeat = IDENTICAL;
        for (int i = 0; i < ROWS; i++) {
            uint64_t low = 1000 * (c + 1) + 100 * i, high = 1100 * (c + 1) + 100 * i;
            /* The last has more digits than a double. */
            metric_set(&r->columns[c].metrics[i], 2, 3, (uint64_t[]){low, high, 9007199254740993});
        }
    }
    r->columns[COLUMN_XEN].reason = text("it died");
}

void document_make(const char *path, const char *date, const char *initrd, enum row_id row,
                   bool has_native, uint64_t ns)
{
    static struct result r;
    memset(&r, 0, sizeof r);
    r.date = text("%sT00:00:00Z", date);
    r.qemu = text("q");
    r.kernel_sha256 = text("k");
    r.initrd_sha256 = text("%s", initrd);
    r.columns[COLUMN_NATIVE].asked = has_native;
    r.columns[COLUMN_VANTAGE].asked = true;
    for (int c = has_native ? COLUMN_NATIVE : COLUMN_VANTAGE; c <= COLUMN_VANTAGE; c++)
        metric_set(&r.columns[c].metrics[row], 1, 1, &ns);
    result_write(&r, path);
    result_free(&r);
}

void strings_free(char *const all[], unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        free(all[i]);
}
