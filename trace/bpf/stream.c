/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/bpf/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

uint8_t stream_uuid[16];

/* FNV-1a, twice, with two beginnings. */
void stream_set_schema(const char *schema)
{
    uint64_t h[2] = {0xcbf29ce484222325ull, 0x84222325cbf29ce4ull};

    for (const char *c = schema; *c; c++)
        for (int i = 0; i < 2; i++)
            h[i] = (h[i] ^ (uint8_t)*c) * 0x100000001b3ull;
    memcpy(stream_uuid, h, sizeof(stream_uuid));
}

static void begin_packet(struct stream *s, uint64_t tsc)
{
    struct packet_header h = {
        .magic = TRACE_PACKET_MAGIC,
        .begin = tsc,
        .seq = s->seq++,
        .discarded = s->lost,
        .first_event = s->records,
        .cpu = s->cpu,
        .domain = s->domain,
        .vcpu = (uint16_t)s->cpu,
        .mode = TRACE_DROP,
    };

    memcpy(h.uuid, stream_uuid, sizeof(h.uuid));
    memcpy(s->packet, &h, sizeof(h));
    s->used = sizeof(h);
}

static int write_all(int fd, const uint8_t *from, size_t bytes)
{
    while (bytes) {
        ssize_t n = write(fd, from, bytes);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            from += n;
            bytes -= (size_t)n;
        }
    }
    return 0;
}

static int open_file(struct stream *s)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/cpu_%u", s->directory, s->cpu);
    s->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return s->fd < 0 ? -1 : 0;
}

int stream_flush(struct stream *s)
{
    struct packet_header *h = (void *)s->packet;
    uint32_t bytes = s->used;

    if (!bytes)
        return 0;
    if (s->fd < 0 && open_file(s))
        return -1;
    h->end = s->last;
    h->content_bits = h->packet_bits = bytes * 8ull;
    s->used = 0;
    return write_all(s->fd, s->packet, bytes);
}

/* [ring.high] all records of a packet share the high half of its beginning. */
static int fits(const struct stream *s, uint64_t tsc, size_t bytes)
{
    const struct packet_header *h = (const void *)s->packet;

    return s->used && s->used + bytes <= TRACE_PACKET_BYTES && h->begin >> 32 == tsc >> 32;
}

int stream_put(struct stream *s, uint64_t tsc, uint16_t event, int is_span, const void *payload, size_t words)
{
    struct record_head head = {.event = event, .words = (uint8_t)(words + 1),
                               .flags = is_span ? TRACE_FLAG_SPAN : 0};

    tsc = tsc < s->last ? s->last : tsc;
    if (!fits(s, tsc, sizeof(head) + words * 8)) {
        if (stream_flush(s))
            return -1;
        begin_packet(s, tsc);
    }
    head.time = (uint32_t)tsc;
    memcpy(s->packet + s->used, &head, sizeof(head));
    memcpy(s->packet + s->used + sizeof(head), payload, words * 8);
    s->used += (uint32_t)(sizeof(head) + words * 8);
    s->last = tsc;
    s->records++;
    return 0;
}
