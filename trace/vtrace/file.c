/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens a trace file, or a copy of memory. Everything in it may be wrong: nothing is used before it is checked
 * against the bytes that are there.
 */
#include "trace/vtrace/file.h"
#include "trace/vtrace/dump.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/sections.h"
#include "trace/vtrace/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map(struct trace *t, int fd)
{
    struct stat s;
    void *data = MAP_FAILED;

    if (fd >= 0 && !fstat(fd, &s) && s.st_size)
        data = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return false;
    t->data = t->map = data;
    t->size = t->map_size = (size_t)s.st_size;
    return true;
}

static bool map_file(struct trace *t, const char *path, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool done = map(t, fd);

    if (!done)
        snprintf(why, why_size, "%s: %s", path, fd >= 0 ? "the file is empty" : strerror(errno));
    if (fd >= 0)
        close(fd);
    return done;
}

/* Puts the trace out of a copy of memory in the place of the copy. */
static bool map_dump(struct trace *t, const struct memory *m, const struct trace_descriptor *d)
{
    struct trace made = {0};
    FILE *f = tmpfile();
    bool done = f && (t->is_crash ? dump_write_copies : dump_write)(f, m, d) && !fflush(f) && map(&made, fileno(f));

    if (f)
        fclose(f);
    if (!done)
        return false;
    munmap(t->map, t->map_size);
    t->data = t->map = made.map;
    t->size = t->map_size = made.size;
    return true;
}

static bool choose(struct trace *t, const struct boots *b, size_t before)
{
    const struct boot *wanted = &b->of[b->count - 1 - before];

    t->boots = b->count;
    if (t->is_crash && wanted->data)
        return false;
    if (!wanted->data)
        return map_dump(t, &b->memories[wanted->memory], &wanted->descriptor);
    t->data = wanted->data;
    t->size = wanted->size;
    return true;
}

/* makedumpfile's format, also QEMU's, plain or flattened. */
static bool is_kdump(const struct trace *t)
{
    return t->size > 16 && (!memcmp(t->data, "KDUMP   ", 8) || !memcmp(t->data, "makedumpfile", 12));
}

/* Narrows the file down to one boot's trace. */
static bool find_boot(struct trace *t, const char *path, size_t before, char *why, size_t why_size)
{
    struct boots b;
    bool found;

    boots_find(&b, t->data, t->size);
    found = before < b.count;
    if (found) {
        found = choose(t, &b, before);
        if (!found && t->is_crash)
            snprintf(why, why_size, "%s: it is no copy of memory in which a domain has crashed while anything was "
                     "recorded", path);
        else if (!found)
            snprintf(why, why_size, "%s: the trace in this memory has lost its schema: no record can be read", path);
    } else if (b.count)
        snprintf(why, why_size, "%s: it tells of %zu boot%s only", path, b.count, b.count == 1 ? "" : "s");
    else if (b.damaged)
        snprintf(why, why_size, "%s: the description of the rings at 0x%" PRIx64 " in this memory is damaged", path,
                 b.damaged);
    else if (is_kdump(t))
        snprintf(why, why_size, "%s: this dump of memory is compressed for kdump; take it without -z, -l, -s and -w, "
                 "as ELF", path);
    else
        snprintf(why, why_size, "%s: this is neither a Vantage trace nor memory of a machine with one", path);
    boots_free(&b);
    return found;
}

static bool read_header(struct trace *t, const char *path, char *why, size_t why_size)
{
    struct file_header *h = &t->header;
    char reason[100];

    if (t->size < sizeof(*h)) {
        snprintf(why, why_size, "%s: cut at byte %zu, inside its header: no record can be read", path, t->size);
        return false;
    }
    memcpy(h, t->data, sizeof(*h));
    if (h->version != FILE_VERSION || !h->tsc_hz || h->schema_bytes % 8) {
        snprintf(why, why_size, "%s: version %u of the format, or a damaged header; this program reads "
                 "version %u", path, h->version, FILE_VERSION);
        return false;
    }
    if (t->size - sizeof(*h) < h->schema_bytes) {
        snprintf(why, why_size, "%s: cut at byte %zu, inside its schema: no record can be read", path,
                 t->size);
        return false;
    }
    if (!schema_parse(&t->schema, (const char *)t->data + sizeof(*h), h->schema_bytes, reason,
                      sizeof(reason))) {
        snprintf(why, why_size, "%s: %s", path, reason);
        return false;
    }
    return true;
}

struct trace *trace_of(const char *path)
{
    char why[4400];
    struct trace *t = trace_open(path, why, sizeof(why));

    if (!t)
        fail("%s", why);
    return t;
}

struct trace *trace_open(const char *path, char *why, size_t why_size)
{
    return trace_open_boot(path, 0, why, why_size);
}

static struct trace *open_trace(const char *path, size_t before, bool is_crash, char *why, size_t why_size)
{
    struct trace *t = must_calloc(1, sizeof(*t));

    t->is_crash = is_crash;
    if (!map_file(t, path, why, why_size) || !find_boot(t, path, before, why, why_size) ||
        !read_header(t, path, why, why_size)) {
        trace_close(t);
        return NULL;
    }
    for (size_t i = 0; i < t->schema.event_count; i++)
        t->event_of[t->schema.events[i].number] = &t->schema.events[i];
    t->turn = schema_event_named(&t->schema, "switch");
    sections_read(t, sizeof(t->header) + t->header.schema_bytes);
    return t;
}

struct trace *trace_open_boot(const char *path, size_t before, char *why, size_t why_size)
{
    return open_trace(path, before, false, why, why_size);
}

struct trace *trace_open_crash(const char *path, char *why, size_t why_size)
{
    return open_trace(path, 0, true, why, why_size);
}

void trace_close(struct trace *t)
{
    sections_forget(t);
    schema_free(&t->schema);
    symbols_free(t->symbols);
    if (t->map)
        munmap(t->map, t->map_size);
    free(t);
}

/* --- Times and totals --- */

double ticks_ns(const struct trace *t, uint64_t ticks)
{
    return (double)ticks * 1e9 / (double)t->header.tsc_hz;
}

double trace_ns(const struct trace *t, uint64_t tsc)
{
    return (double)(int64_t)(tsc - t->header.tsc_at_boot) * 1e9 / (double)t->header.tsc_hz;
}

struct totals trace_totals(const struct trace *t)
{
    struct totals n = {0};

    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];

        n.attempted += r->said.attempted - r->said.before;
        n.dropped += r->said.dropped;
        n.overwritten += r->overwritten;
        n.read += r->records;
        if (r->said.attempted >= r->said.before + r->said.dropped + r->overwritten + r->records)
            n.missing += r->said.attempted - r->said.before - r->said.dropped - r->overwritten - r->records;
    }
    return n;
}
