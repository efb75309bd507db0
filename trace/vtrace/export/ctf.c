/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export: a CTF 1.8 trace, that is a directory with `metadata` and one file of packets per ring. The
 * packets are the hypervisor's own, byte for byte; of a filtered trace they are made anew from its records.
 */
#include "trace/vtrace/json.h"
#include "trace/vtrace/metadata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static FILE *create(const char *directory, const char *name)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    f = fopen(path, "w");
    if (!f)
        fail("%s: %s", path, strerror(errno));
    return f;
}

static void finish(FILE *f, const char *directory)
{
    bool bad = ferror(f);

    if (fclose(f) || bad)
        fail("%s: writing failed: %s", directory, strerror(errno));
}

static FILE *create_ring(const char *directory, size_t place)
{
    char name[32];

    snprintf(name, sizeof(name), "ring_%zu", place);
    return create(directory, name);
}

static void put_ring(const char *directory, const struct ring *r, size_t place)
{
    FILE *f = create_ring(directory, place);

    for (size_t i = 0; i < r->count; i++)
        fwrite(r->packets[i].header, 1, r->packets[i].header->packet_bits / 8, f);
    finish(f, directory);
}

static void put_metadata(const struct trace *t, const char *directory)
{
    FILE *f;

    if (mkdir(directory, 0777) && errno != EEXIST)
        fail("%s: %s", directory, strerror(errno));
    f = create(directory, "metadata");
    ctf_metadata(f, t, NULL);
    finish(f, directory);
}

void ctf_write(const struct trace *t, const char *directory)
{
    put_metadata(t, directory);
    for (size_t i = 0; i < t->ring_count; i++)
        put_ring(directory, &t->rings[i], i);
}

/* --- Filtered --- */

struct writer {
    FILE *f;
    struct packet_header header;
    uint8_t records[TRACE_PACKET_BYTES - TRACE_HEADER_BYTES];
    size_t used;
    uint64_t written; /* records */
};

static void put_packet(struct writer *w)
{
    if (!w->used)
        return;
    w->header.content_bits = w->header.packet_bits = (sizeof(w->header) + w->used) * 8;
    fwrite(&w->header, sizeof(w->header), 1, w->f);
    fwrite(w->records, 1, w->used, w->f);
    w->header.seq++;
    w->used = 0;
}

/* [ring.high] all records of a packet share the high half of its beginning. */
static void put_record(struct writer *w, const struct record *r)
{
    const struct record_head *head = (const struct record_head *)r->payload - 1;
    size_t bytes = sizeof(*head) + r->bytes;

    if (w->used + bytes > sizeof(w->records) || w->header.begin >> 32 != r->tsc >> 32)
        put_packet(w);
    if (!w->used) {
        w->header.begin = r->tsc;
        w->header.first_event = w->written;
        w->header.domain = r->domain;
        w->header.vcpu = r->vcpu;
    }
    memcpy(w->records + w->used, head, bytes);
    w->used += bytes;
    w->header.end = r->tsc;
    w->written++;
}

static struct writer *writers_open(const struct trace *t, const char *directory)
{
    struct writer *w = must_calloc(t->ring_count, sizeof(*w));

    for (size_t i = 0; i < t->ring_count; i++) {
        const struct ring *r = &t->rings[i];

        w[i].f = create_ring(directory, i);
        if (!r->count)
            continue;
        w[i].header = *r->packets[0].header;
        w[i].header.seq = 0;
        w[i].header.discarded = r->said.dropped;
    }
    return w;
}

static void write_filtered(const struct trace *t, const struct options *o, const char *directory)
{
    struct records *s = records_open(t, o);
    struct writer *w;
    struct record r;

    put_metadata(t, directory);
    w = writers_open(t, directory);
    while (records_next(s, &r))
        put_record(&w[r.ring], &r);
    records_close(s);
    for (size_t i = 0; i < t->ring_count; i++) {
        put_packet(&w[i]);
        finish(w[i].f, directory);
    }
    free(w);
}

static bool is_filtered(const struct options *o)
{
    for (const char *letter = "efcdwn"; *letter; letter++)
        if (option_given(o, *letter))
            return true;
    return false;
}

int verb_export_ctf(const struct options *o)
{
    const char *directory = option_text(o, 'o');
    struct trace *t = trace_of(o->paths[0]);
    int status;

    if (!directory)
        fail("export ctf needs -o DIRECTORY");
    if (is_filtered(o))
        write_filtered(t, o, directory);
    else
        ctf_write(t, directory);
    print_outcome(stdout, t, o);
    status = exit_status(t);
    trace_close(t);
    return status;
}
