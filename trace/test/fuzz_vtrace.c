/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer on the reader of trace files and on all that is made of what it read: any bytes are refused or read
 * within their bounds. The first byte of an input chooses what follows:
 *
 *      n % 3   WHOLE_FILE  a file, or a copy of memory
 *              SCHEMA      a schema's text up to a zero byte, and rings; a head that is right is put before them
 *              RINGS       rings, behind the schema of this build. It is read once: these are the fast ones
 *      n / 3   what is made of the records: text, an export that needs no file of its own, ... (makers)
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
#include <unistd.h>

enum { WHOLE_FILE, SCHEMA, RINGS, MODES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* --- What is made of a trace --- */

static void export_as(const struct format *f, const struct trace *t, FILE *out)
{
    struct export x = {.t = t, .out = out};
    struct cursor *c = cursor_new(t);
    struct record r;

    f->begin(&x);
    while (cursor_next(c, &r))
        f->record(&x, &r);
    f->end(&x);
    cursor_free(c);
}

#define EXPORT(name)                                                  \
    static void export_##name(const struct trace *t, FILE *out)       \
    {                                                                 \
        extern const struct format format_##name;                     \
                                                                      \
        export_as(&format_##name, t, out);                            \
    }
EXPORT(folded)
EXPORT(json)
EXPORT(perfetto)
EXPORT(xentrace)

static void write_text(const struct trace *t, FILE *out)
{
    struct cursor *c = cursor_new(t);
    struct record r;
    char text[128];

    while (cursor_next(c, &r)) {
        fputs(record_label(text, sizeof(text), t, &r), out);
        for (unsigned i = 0; r.event && i < r.event->field_count; i++)
            fputs(text_field(text, sizeof(text), t, &r.event->fields[i],
                             field_value(&r.event->fields[i], r.payload)),
                  out);
    }
    cursor_free(c);
    print_completeness(out, t);
}

static void attribute(const struct trace *t, FILE *out)
{
    struct attribution *a = attribution_new(t);
    struct cursor *c = cursor_new(t);
    struct record r;

    while (cursor_next(c, &r))
        attribution_take(a, &r);
    cursor_free(c);
    json_decref(attribution_json(a));
    attribution_free(a);
}

static void read_histograms(const struct trace *t, FILE *out)
{
    json_decref(kept_json(t));
}

static void write_metadata(const struct trace *t, FILE *out)
{
    ctf_metadata(out, t, NULL);
}

static void (*const makers[])(const struct trace *t, FILE *out) = {
    write_text, attribute, export_folded, export_json, export_perfetto, export_xentrace, read_histograms, write_metadata};

static void make(const struct trace *t, unsigned which, FILE *out)
{
    makers[which % (sizeof(makers) / sizeof(makers[0]))](t, out);
}

/* --- Inputs that are opened as files --- */

static void put(int fd, const void *data, size_t bytes)
{
    if (write(fd, data, bytes) != (ssize_t)bytes)
        abort();
}

/* A head and a schema's text. */
static void put_head(int fd, const void *schema, size_t bytes)
{
    static const uint64_t zeros;
    struct file_header h = {.magic = FILE_MAGIC, .version = FILE_VERSION, .cpus = 2, .tsc_hz = 2000000000,
                            .mask = 0xff, .schema_bytes = (bytes + 7) / 8 * 8};

    put(fd, &h, sizeof(h));
    put(fd, schema, bytes);
    put(fd, &zeros, h.schema_bytes - bytes);
}

static int file_of(unsigned mode, const uint8_t *data, size_t bytes)
{
    size_t schema = mode == SCHEMA ? strnlen((const char *)data, bytes) : 0;
    int fd = memfd_create("trace", 0);

    if (mode == SCHEMA) {
        put_head(fd, data, schema);
        schema += schema < bytes;
    }
    put(fd, data + schema, bytes - schema);
    return fd;
}

static struct trace *open_fd(int fd)
{
    char path[40], why[4400];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return trace_open(path, why, sizeof(why));
}

static void read_file(unsigned mode, unsigned which, const uint8_t *data, size_t bytes, FILE *out)
{
    int fd = file_of(mode, data, bytes);
    struct trace *t = open_fd(fd);

    if (t) {
        make(t, which, out);
        trace_close(t);
    }
    close(fd);
}

/* --- Inputs that are rings --- */

/* A trace without any. */
static struct trace *with_schema(void)
{
    int fd = memfd_create("schema", 0);
    struct trace *t;

    put_head(fd, trace_schema, trace_schema_bytes);
    t = open_fd(fd);
    if (!t)
        abort();
    close(fd);
    return t;
}

/* In memory of their size, behind which AddressSanitizer watches. */
static void read_rings(unsigned which, const uint8_t *data, size_t bytes, FILE *out)
{
    static struct trace *t;
    void *rings = malloc(bytes + !bytes);

    if (!t)
        t = with_schema();
    memcpy(rings, data, bytes);
    trace_put_rings(t, rings, bytes);
    make(t, which, out);
    trace_put_rings(t, "", 0);
    free(rings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static FILE *out;

    if (!out && !(out = fopen("/dev/null", "w")))
        abort();
    if (!bytes)
        return 0;
    if (data[0] % MODES == RINGS)
        read_rings(data[0] / MODES, data + 1, bytes - 1, out);
    else
        read_file(data[0] % MODES, data[0] / MODES, data + 1, bytes - 1, out);
    return 0;
}
