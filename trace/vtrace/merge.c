/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace merge: the hypervisor's trace and a guest's (trace/bpf) on one timeline. Both count the same TSC, so
 * nothing is shifted: the guest's rings become further rings of the hypervisor's file, and its events are added
 * to the schema. What comes out is a CTF directory, or with -o NAME.vtr a file for vtrace's other verbs.
 */
#include "trace/vtrace/json.h"
#include "trace/vtrace/metadata.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bytes {
    char *data;
    size_t size;
};

struct merge {
    FILE *out;
    uint8_t uuid[16];
    const char *guest;
    struct dirent **names; /* of the guest's streams */
    int count;
    uint16_t source; /* of the guest's rings */
    bool is_whole;
};

static struct bytes read_file(const char *directory, const char *name)
{
    struct bytes b = {0};
    char path[4400];
    FILE *f;
    size_t n;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    f = fopen(path, "r");
    if (!f)
        fail("%s: %s", path, strerror(errno));
    do {
        b.data = realloc(b.data, b.size + 65537);
        if (!b.data)
            abort();
        n = fread(b.data + b.size, 1, 65536, f);
        b.size += n;
    } while (n);
    b.data[b.size] = 0;
    fclose(f);
    return b;
}

/* The schema that the guest's metadata carry, cut out of them. */
static char *guest_schema_of(const char *directory)
{
    struct bytes b = read_file(directory, "metadata");
    char *begin = strstr(b.data, CTF_SCHEMA_BEGIN), *end = begin ? strstr(begin, CTF_SCHEMA_END) : NULL;
    char *text;

    if (!end)
        fail("%s: its metadata carry no schema; vguest writes such traces", directory);
    begin = strchr(begin, '\n') + 1;
    text = strndup(begin, (size_t)(end - begin));
    if (!text)
        abort();
    free(b.data);
    return text;
}

/* A number that vguest put into the schema's lines of kind V. */
static uint64_t said(const char *schema, const char *name)
{
    char line[64];
    const char *at;

    snprintf(line, sizeof(line), "V\t%s\t", name);
    at = strstr(schema, line);
    return at ? strtoull(at + strlen(line), NULL, 10) : 0;
}

/* --- Rings --- */

static void put_packet(struct merge *m, const struct packet_header *h)
{
    struct packet_header ours = *h;

    memcpy(ours.uuid, m->uuid, sizeof(ours.uuid));
    fwrite(&ours, sizeof(ours), 1, m->out);
    fwrite(h + 1, 1, h->packet_bits / 8 - sizeof(*h), m->out);
}

static void put_hypervisor_ring(struct merge *m, const struct ring *r)
{
    struct file_ring ours = r->said;

    ours.packets = r->count;
    fwrite(&ours, sizeof(ours), 1, m->out);
    for (size_t i = 0; i < r->count; i++)
        put_packet(m, r->packets[i].header);
}

/* One stream of the guest: whole packets of one CPU, one after another. */
static void put_guest_ring(struct merge *m, const char *name)
{
    struct bytes b = read_file(m->guest, name);
    struct file_ring ring = {.magic = FILE_RING, .source = m->source};
    struct packet p;
    size_t end = 0;
    bool whole;

    for (; packet_read(&p, b.data + end, b.size - end); end += p.header->packet_bits / 8) {
        uint64_t records = packet_records(&p, &whole);

        if (!whole || (ring.packets && p.header->cpu != ring.cpu))
            break;
        ring.cpu = p.header->cpu;
        ring.mode = (uint16_t)p.header->mode;
        ring.dropped = p.header->discarded;
        ring.attempted = p.header->first_event + records + p.header->discarded;
        ring.packets++;
    }
    if (end != b.size) {
        fprintf(stderr, "vtrace: %s/%s: cut or damaged at byte %zu; what is before it is used\n", m->guest, name,
                end);
        m->is_whole = false;
    }
    fwrite(&ring, sizeof(ring), 1, m->out);
    for (size_t at = 0; at < end; at += p.header->packet_bits / 8) {
        packet_read(&p, b.data + at, b.size - at);
        put_packet(m, p.header);
    }
    free(b.data);
}

static int is_stream(const struct dirent *d)
{
    return d->d_name[0] != '.' && strcmp(d->d_name, "metadata");
}

/* --- The file --- */

/* Another schema, another UUID: the hypervisor's, stirred with the guest's text. */
static void make_uuid(struct merge *m, const struct trace *t, const char *schema)
{
    uint64_t h[2] = {0xcbf29ce484222325ull, 0x84222325cbf29ce4ull};

    for (size_t i = 0; i < t->ring_count; i++)
        if (t->rings[i].count)
            memcpy(h, t->rings[i].packets[0].header->uuid, sizeof(h));
    for (; *schema; schema++)
        for (int i = 0; i < 2; i++)
            h[i] = (h[i] ^ (uint8_t)*schema) * 0x100000001b3ull;
    memcpy(m->uuid, h, sizeof(m->uuid));
}

static void put_head(struct merge *m, const struct trace *t, const char *schema)
{
    struct file_header header = t->header;
    const char *own = (const char *)t->data + sizeof(header);
    size_t own_bytes = strnlen(own, t->header.schema_bytes), bytes = own_bytes + strlen(schema);

    header.schema_bytes = (uint32_t)((bytes + 7) / 8 * 8);
    header.cpus = (uint32_t)(t->ring_count + (size_t)m->count);
    fwrite(&header, sizeof(header), 1, m->out);
    fwrite(own, 1, own_bytes, m->out);
    fwrite(schema, 1, strlen(schema), m->out);
    fwrite("\0\0\0\0\0\0\0", 1, header.schema_bytes - bytes, m->out);
}

static void put_end(struct merge *m, const char *path)
{
    struct file_end end = {.magic = FILE_END};

    end.bytes = (uint64_t)ftell(m->out) + sizeof(end);
    fwrite(&end, sizeof(end), 1, m->out);
    if (ferror(m->out) | fclose(m->out))
        fail("%s: writing failed: %s", path, strerror(errno));
}

static void write_merged(struct merge *m, const struct trace *t, const char *schema, const char *path)
{
    m->count = scandir(m->guest, &m->names, is_stream, alphasort);
    if (m->count < 0)
        fail("%s: %s", m->guest, strerror(errno));
    make_uuid(m, t, schema);
    put_head(m, t, schema);
    for (size_t i = 0; i < t->ring_count; i++) {
        put_hypervisor_ring(m, &t->rings[i]);
        if (m->source <= t->rings[i].said.source)
            m->source = (uint16_t)(t->rings[i].said.source + 1);
    }
    for (int i = 0; i < m->count; i++) {
        put_guest_ring(m, m->names[i]->d_name);
        free(m->names[i]);
    }
    free(m->names);
    put_end(m, path);
}

/* How far the guest's clock may be off, in ns. Counters that run at different rates are not one counter. */
static uint64_t clock_error(const struct trace *t, const char *guest, const char *schema)
{
    uint64_t hz = said(schema, "tsc_hz"), ours = t->header.tsc_hz;
    uint64_t apart = hz > ours ? hz - ours : ours - hz;

    if (!hz || apart > ours / 100)
        fail("%s: its TSC ran at %.3f MHz, the hypervisor's at %.3f: these are not of one run", guest,
             (double)hz / 1e6, (double)ours / 1e6);
    return said(schema, "clock_error_ns");
}

static bool ends_in(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && !strcmp(text + strlen(text) - strlen(end), end);
}

static void print_merged(const struct trace *t, uint64_t error_ns, bool as_json)
{
    if (as_json) {
        json_t *j = json_completeness(t);

        json_object_set_new(j, "clock_error_ns", json_integer((json_int_t)error_ns));
        json_print_line(stdout, j);
        return;
    }
    printf("# clock: one TSC; the hypervisor's records are exact, the guest's within %" PRIu64 " ns\n", error_ns);
    print_completeness(stdout, t);
}

/* The merged file as a directory, or said to be there. */
static int show(const char *path, bool is_file, uint64_t error_ns, const struct options *o)
{
    struct trace *t = trace_of(path);
    int status;

    if (!is_file) {
        unlink(path);
        ctf_write(t, option_text(o, 'o'));
    }
    print_merged(t, error_ns, option_given(o, 'j'));
    status = exit_status(t);
    trace_close(t);
    return status;
}

static FILE *create(const char *path, int fd)
{
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

    if (!f)
        fail("%s: %s", path, strerror(errno));
    return f;
}

int verb_merge(const struct options *o)
{
    const char *output = option_text(o, 'o');
    char temporary[] = "/tmp/vtrace-XXXXXX";
    bool is_file = output && ends_in(output, ".vtr"), is_whole;
    struct merge m = {.guest = o->paths[1], .source = 1, .is_whole = true};
    struct trace *t = trace_of(o->paths[0]);
    char *schema = guest_schema_of(m.guest);
    uint64_t error_ns;
    int status;

    if (!output)
        fail("merge needs -o DIRECTORY, or -o NAME.vtr");
    error_ns = clock_error(t, m.guest, schema);
    m.out = is_file ? create(output, open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666))
                    : create(temporary, mkstemp(temporary));
    write_merged(&m, t, schema, is_file ? output : temporary);
    is_whole = m.is_whole && t->is_whole;
    free(schema);
    trace_close(t);
    status = show(is_file ? output : temporary, is_file, error_ns, o);
    return status ? status : is_whole ? 0 : EXIT_INCOMPLETE;
}
