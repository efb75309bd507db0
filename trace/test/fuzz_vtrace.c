/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer on the reader of trace files and on all that is made of what it read: any bytes are refused or read
 * within their bounds. The first byte of an input chooses: odd, what follows stands behind a head and a schema that
 * are right, so that its rings are read; even, it is the whole file; its next two bits choose a format of export.
 */
#define _GNU_SOURCE
#include "trace/vtrace/attribution.h"
#include "trace/vtrace/export/stacks.h"
#include "trace/vtrace/kept.h"
#include "trace/vtrace/metadata.h"
#include "trace/schema_text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* One of the formats that need no file of their own. */
static void export_one(const struct trace *t, FILE *out, unsigned which)
{
    extern const struct format format_folded, format_json, format_perfetto, format_xentrace;
    static const struct format *const formats[] = {&format_folded, &format_json, &format_perfetto, &format_xentrace};
    const struct format *f = formats[which % 4];
    struct export x = {.t = t, .out = out};
    struct cursor *c = cursor_new(t);
    struct record r;

    f->begin(&x);
    while (cursor_next(c, &r))
        f->record(&x, &r);
    f->end(&x);
    cursor_free(c);
}

static void read_all(const struct trace *t, FILE *out)
{
    struct attribution *a = attribution_new(t);
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
        attribution_take(a, &r);
    }
    cursor_free(c);
    json_decref(attribution_json(a));
    json_decref(kept_json(t));
    attribution_free(a);
    ctf_metadata(out, t, NULL);
    fprintf(out, "%llu", (unsigned long long)node_total(stacks_end(s)));
    stacks_free(s);
    print_completeness(out, t);
}

/* A head and the schema of this build. */
static bool put_head(int fd)
{
    static const uint64_t zeros;
    struct file_header h = {.magic = FILE_MAGIC, .version = FILE_VERSION, .cpus = 2, .tsc_hz = 2000000000,
                            .mask = 0xff, .schema_bytes = (trace_schema_bytes + 7) / 8 * 8};
    struct iovec parts[] = {{&h, sizeof(h)}, {(void *)trace_schema, trace_schema_bytes},
                            {(void *)&zeros, h.schema_bytes - trace_schema_bytes}};

    return writev(fd, parts, 3) == (ssize_t)(sizeof(h) + h.schema_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static FILE *out;
    char path[40], why[4400];
    int fd = memfd_create("trace", 0);

    if (!bytes)
        data = (const uint8_t *)"", bytes = 1;
    if (!out)
        out = fopen("/dev/null", "w");
    if (fd < 0 || !out || (data[0] & 1 && !put_head(fd)) || write(fd, data + 1, bytes - 1) != (ssize_t)(bytes - 1))
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct trace *t = trace_open(path, why, sizeof(why));
    if (t) {
        read_all(t, out);
        export_one(t, out, data[0] >> 1);
        trace_close(t);
    }
    close(fd);
    return 0;
}
