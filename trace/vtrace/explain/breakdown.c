/* SPDX-License-Identifier: BSD-2-Clause */
/* Who executes a benchmark's instructions, by column: what `vbench plot breakdown` draws. */
#include "trace/vtrace/explain/explain.h"
#include "trace/vtrace/json.h"

#include <math.h>

static json_t *tenths(uint64_t instructions, double operations)
{
    return json_real(round((double)instructions / operations * 10) / 10);
}

/* Schema vbench-breakdown/1: user, kernel and hypervisor instructions per operation. */
static json_t *column(struct side *s, const char *const *benchmarks, size_t count)
{
    json_t *all = json_object();

    for (size_t i = 0; i < count; i++) {
        struct sample one = side_sample(s, benchmarks[i]);

        if (one.of)
            json_object_set_new(all, benchmarks[i],
                                json_pack("{s:o,s:o,s:o}", "user", tenths(one.of->user, one.operations), "kernel",
                                          tenths(one.of->kernel, one.operations), "hypervisor",
                                          tenths(one.of->hypervisor, one.operations)));
    }
    return all;
}

void breakdown_print(const char *folder, const char *const *benchmarks, size_t count)
{
    static const char *const names[] = {"native", "vantage", "xen"}; /* BREAKDOWN_COLUMNS */
    json_t *page = json_pack("{s:s}", "schema", "vbench-breakdown/1"), *columns = json_object();
    struct side s;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        side_open(&s, names[i], folder, names[i]);
        json_object_set_new(columns, names[i], column(&s, benchmarks, count));
        json_object_set_new(page, "commit", json_string(side_says(&s, "commit")));
        side_close(&s);
    }
    json_object_set_new(page, "columns", columns);
    json_print(page, false);
}
