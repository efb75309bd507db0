/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer on the reader of trace files and on all that is made of what it read: any bytes are refused or read
 * within their bounds. Half of the inputs are mutations of the seeds behind a schema that is right.
 */
#define _GNU_SOURCE
#include "trace/vtrace/export/stacks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void read_all(const struct trace *t, FILE *out)
{
    struct stacks *s = stacks_new(t);
    struct cursor *c = cursor_new(t);
    struct record r;
    char text[128];

    while (cursor_next(c, &r)) {
        fputs(record_label(text, sizeof(text), t, &r), out);
        for (unsigned i = 0; r.event && i < r.event->field_count; i++)
            fputs(text_field(text, sizeof(text), t, &r.event->fields[i],
                             field_value(&r.event->fields[i], r.payload)),
                  out);
        stacks_add(s, &r);
    }
    cursor_free(c);
    fprintf(out, "%llu", (unsigned long long)node_total(stacks_end(s)));
    stacks_free(s);
    print_completeness(out, t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static FILE *out;
    char path[40], why[4400];
    int fd = memfd_create("trace", 0);

    if (!out)
        out = fopen("/dev/null", "w");
    if (fd < 0 || !out || write(fd, data, bytes) != (ssize_t)bytes)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct trace *t = trace_open(path, why, sizeof(why));
    if (t) {
        read_all(t, out);
        trace_close(t);
    }
    close(fd);
    return 0;
}
