/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking a kernel payload with the decoders of Debian's static archives.
 *
 * The size of the result is the payload's last four bytes, so the output is allocated once and each
 * decoder writes straight into it. What a decoder needs beside that (XZ: its dictionary, 32 MiB for
 * Debian's kernel) comes from the same caller's memory through `struct heap`, which knows every
 * block and takes back what a failing decoder left.
 *
 * [decompress.exact] success means the output is full, every check the format has was right, and
 *                    nothing of the stream is left over
 */
#define ZSTD_STATIC_LINKING_ONLY /* for decoding in a work area of our own */
#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "core/payload.h"
#include "lib/errno.h"
#include "lib/string.h"

/* liblzma holds about 10 blocks at a time, zlib 2. */
enum { HEAP_BLOCKS = 24 };

struct heap {
    const struct payload_memory *memory;
    bool has_failed;
    struct {
        void *at;
        size_t size;
    } block[HEAP_BLOCKS];
};

struct job {
    struct payload *p;
    struct heap heap;
    struct bytes in;
    uint8_t *out;
    size_t out_size;
};

struct decoder {
    const char *name;
    uint8_t magic[6], magic_size;
    uint8_t size_bytes; /* of the last four bytes, how many are not part of the stream */
    int (*run)(struct job *job);
};

static void *heap_alloc(void *heap, size_t count, size_t size)
{
    struct heap *h = heap;
    size_t total;

    if (__builtin_mul_overflow(count, size, &total) || !total || total > PAYLOAD_DECODER_MAX)
        return NULL;
    for (unsigned i = 0; i < HEAP_BLOCKS; i++) {
        if (h->block[i].at)
            continue;
        h->block[i].at = h->memory->alloc(h->memory->context, total);
        h->block[i].size = total;
        h->has_failed |= !h->block[i].at;
        return h->block[i].at;
    }
    h->has_failed = true;
    return NULL;
}

static void *heap_alloc_zlib(void *heap, unsigned count, unsigned size)
{
    return heap_alloc(heap, count, size);
}

static void heap_free(void *heap, void *at)
{
    struct heap *h = heap;

    for (unsigned i = 0; at && i < HEAP_BLOCKS; i++) {
        if (h->block[i].at != at)
            continue;
        h->memory->free(h->memory->context, at, h->block[i].size);
        h->block[i].at = NULL;
        return;
    }
}

static void heap_free_all(struct heap *h)
{
    for (unsigned i = 0; i < HEAP_BLOCKS; i++)
        heap_free(h, h->block[i].at);
}

static int refuse_corrupt(struct job *job, const char *name, const char *why)
{
    if (job->heap.has_failed)
        return payload_refuse(job->p, -ENOMEM, "not enough memory to unpack the %s payload", name);
    return payload_refuse(job->p, -EINVAL, "the %s payload is corrupt (%s)", name, why);
}

static const char *xz_reason(lzma_ret rc)
{
    switch (rc) {
    case LZMA_OK:
        return "its size is not the one it declares";
    case LZMA_BUF_ERROR:
        return "it ends early, or its size is not the one it declares";
    case LZMA_MEMLIMIT_ERROR:
        return "its dictionary is too large";
    case LZMA_OPTIONS_ERROR:
        return "a filter or option that liblzma does not know";
    case LZMA_DATA_ERROR:
        return "its data or a checksum is wrong";
    default:
        return "its stream is malformed";
    }
}

/* The other checks of the format are refused, not merely unusual: liblzma's CRC64 is called through
 * a pointer that a constructor sets, and nobody runs constructors here. */
static bool xz_check_is_usable(struct bytes in)
{
    unsigned check;

    if (in.size < LZMA_STREAM_HEADER_SIZE)
        return true;
    check = in.at[LZMA_STREAM_HEADER_SIZE - 5] & 0xf;
    return check == LZMA_CHECK_NONE || check == LZMA_CHECK_CRC32;
}

static int run_xz(struct job *job)
{
    lzma_allocator allocator = {heap_alloc, heap_free, &job->heap};
    uint64_t memory_limit = PAYLOAD_DECODER_MAX;
    size_t in_at = 0, out_at = 0;
    lzma_ret rc;

    if (!xz_check_is_usable(job->in))
        return payload_refuse(job->p, -EINVAL,
                              "the XZ payload has a check that is not CRC32 "
                              "(pack it with xz --check=crc32)");
    rc = lzma_stream_buffer_decode(&memory_limit, 0, &allocator, job->in.at, &in_at, job->in.size,
                                   job->out, &out_at, job->out_size);
    if (rc != LZMA_OK || out_at != job->out_size || in_at != job->in.size)
        return refuse_corrupt(job, "XZ", xz_reason(rc));
    return 0;
}

static int run_gzip(struct job *job)
{
    enum { WINDOW_BITS = 15, GZIP_FORMAT = 16 };
    z_stream z = {.zalloc = heap_alloc_zlib, .zfree = heap_free, .opaque = &job->heap};
    int rc;

    z.next_in = (z_const Bytef *)job->in.at;
    z.avail_in = job->in.size;
    z.next_out = job->out;
    z.avail_out = job->out_size;
    rc = inflateInit2(&z, WINDOW_BITS + GZIP_FORMAT);
    if (rc == Z_OK)
        rc = inflate(&z, Z_FINISH);
    if (rc != Z_STREAM_END)
        return refuse_corrupt(job, "gzip",
                              z.msg ? z.msg : "it ends early, or its size is not the declared one");
    if (z.avail_out || z.avail_in)
        return refuse_corrupt(job, "gzip", "its size is not the one it declares");
    return 0;
}

static int run_zstd(struct job *job)
{
    size_t work_size = ZSTD_estimateDCtxSize(), rc;
    void *work = heap_alloc(&job->heap, 1, work_size);

    if (!work)
        return refuse_corrupt(job, "zstd", "");
    /* One frame and nothing else: a second one could be of a legacy format. */
    rc = ZSTD_findFrameCompressedSize(job->in.at, job->in.size);
    if (ZSTD_isError(rc))
        return refuse_corrupt(job, "zstd", ZSTD_getErrorName(rc));
    if (rc != job->in.size)
        return refuse_corrupt(job, "zstd", "bytes follow its frame");
    rc = ZSTD_decompressDCtx(ZSTD_initStaticDCtx(work, work_size), job->out, job->out_size,
                             job->in.at, job->in.size);
    if (ZSTD_isError(rc))
        return refuse_corrupt(job, "zstd", ZSTD_getErrorName(rc));
    if (rc != job->out_size)
        return refuse_corrupt(job, "zstd", "its size is not the one it declares");
    return 0;
}

/* The legacy frame: after the magic, chunks of a 32-bit length and that many bytes, each unpacking
 * to at most 8 MiB. Concatenated streams repeat the magic where a length would be. No checksum. */
static int run_lz4(struct job *job)
{
    enum { MAGIC = 0x184c2102, CHUNK_MAX = 8 << 20 };
    size_t in_at = 0, out_at = 0;
    uint32_t length;

    while (in_at < job->in.size) {
        int n;

        if (!bytes_hold(job->in, in_at, sizeof(length)))
            return refuse_corrupt(job, "LZ4", "it ends early");
        memcpy(&length, job->in.at + in_at, sizeof(length));
        in_at += sizeof(length);
        if (length == MAGIC)
            continue;
        if (length > (uint32_t)LZ4_COMPRESSBOUND(CHUNK_MAX) || !bytes_hold(job->in, in_at, length))
            return refuse_corrupt(job, "LZ4", "a chunk runs past its end");
        n = LZ4_decompress_safe((const char *)job->in.at + in_at, (char *)job->out + out_at, length,
                                MIN(job->out_size - out_at, CHUNK_MAX));
        if (n < 0)
            return refuse_corrupt(job, "LZ4", "its data is wrong");
        in_at += length;
        out_at += n;
    }
    if (out_at != job->out_size)
        return refuse_corrupt(job, "LZ4", "its size is not the one it declares");
    return 0;
}

/* gzip's own trailer ends in the size; for the others the kernel's build appends it. */
static const struct decoder decoders[] = {
    {"XZ", {0xfd, '7', 'z', 'X', 'Z', 0}, 6, 4, run_xz},
    {"gzip", {0x1f, 0x8b}, 2, 0, run_gzip},
    {"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, 4, run_zstd},
    {"LZ4", {0x02, 0x21, 0x4c, 0x18}, 4, 4, run_lz4},
    {"bzip2", {'B', 'Z', 'h'}, 3, 4, NULL},
    {"LZMA", {0x5d, 0, 0}, 3, 4, NULL},
    {"LZO", {0x89, 'L', 'Z', 'O'}, 4, 4, NULL},
};

static const struct decoder *find_decoder(struct bytes packed)
{
    for (size_t i = 0; i < ARRAY_SIZE(decoders); i++)
        if (packed.size >= decoders[i].magic_size &&
            !memcmp(packed.at, decoders[i].magic, decoders[i].magic_size))
            return &decoders[i];
    return NULL;
}

static int run_decoder(struct payload *p, const struct decoder *d, struct job *job)
{
    int rc;

    job->out = p->memory->alloc(p->memory->context, job->out_size);
    if (!job->out)
        return payload_refuse(p, -ENOMEM, "not enough memory to unpack the kernel (%lu MiB)",
                              (unsigned long)(job->out_size >> 20) + 1);
    rc = d->run(job);
    heap_free_all(&job->heap);
    if (rc) {
        p->memory->free(p->memory->context, job->out, job->out_size);
        return rc;
    }
    p->unpacked = job->out;
    p->image = (struct bytes){job->out, job->out_size};
    return 0;
}

int decompress(struct payload *p, struct bytes packed)
{
    struct job job = {.p = p, .heap.memory = p->memory, .in = packed};
    const struct decoder *d = find_decoder(packed);
    uint32_t size;

    if (elf_is(packed)) {
        p->image = packed;
        return 0;
    }
    if (!d)
        return payload_refuse(p, -EINVAL, "the bzImage's payload is in no known format");
    if (!d->run)
        return payload_refuse(p, -EINVAL,
                              "the bzImage's payload is packed with %s; XZ, gzip, zstd "
                              "and LZ4 can be read",
                              d->name);
    if (packed.size < (size_t)d->magic_size + sizeof(size))
        return payload_refuse(p, -EINVAL, "the %s payload is corrupt (it ends early)", d->name);
    memcpy(&size, packed.at + packed.size - sizeof(size), sizeof(size));
    if (!size || size > PAYLOAD_IMAGE_MAX)
        return payload_refuse(p, -EINVAL,
                              "the %s payload is corrupt (it declares a kernel of %u bytes)",
                              d->name, size);
    job.in.size -= d->size_bytes;
    job.out_size = size;
    return run_decoder(p, d, &job);
}
