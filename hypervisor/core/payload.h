/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel in a boot module: from the file as Debian ships it to segments in memory.
 *
 *   module ──bzimage.c──► payload bytes ──decompress.c──► ELF file ──elf.c──► segments
 *                                                             └────notes.c──► what it asks for
 *
 * Used once, at boot, on one CPU: payload_open(), allocate memory for [kernel_start, kernel_end),
 * payload_load(), payload_close(). Every refusal leaves one sentence in `error`, to be printed
 * behind "dom0 kernel: ".
 *
 * Opening calls code of Debian's static archives; core/archive_shim.h says what the machine must
 * offer.
 */
#ifndef CORE_PAYLOAD_H
#define CORE_PAYLOAD_H

#include "lib/types.h"

/* Limits on what a file may ask of us; far above any kernel, far below what would hurt. */
#define PAYLOAD_IMAGE_MAX    (512ull << 20)  /* bytes of the unpacked ELF file */
#define PAYLOAD_SPAN_MAX     (1024ull << 20) /* bytes from virt_base to kernel_end */
#define PAYLOAD_DECODER_MAX  (160ull << 20)  /* bytes a decoder may use beside its output */
#define PAYLOAD_NOTES_MAX    (64ull << 10)   /* bytes of one note segment */
#define PAYLOAD_HEADERS_MAX  64              /* program headers */
#define PAYLOAD_SEGMENTS_MAX 16              /* loadable ones among them */

#define PAYLOAD_ABSENT (~0ull) /* of a number: the kernel has no such note */

/* Where memory comes from while a payload is open. alloc() returns at least 16-byte aligned memory,
 * which need not be zeroed, or NULL; free() gets the size that was asked for. */
struct payload_memory {
    void *(*alloc)(void *context, size_t size);
    void (*free)(void *context, void *at, size_t size);
    void *context;
};

struct bytes {
    const uint8_t *at;
    size_t size;
};

struct payload_segment {
    uint64_t paddr; /* as in the file; never load by the virtual address */
    uint64_t offset, file_size;
    uint64_t memory_size;
};

struct payload {
    struct bytes image; /* the ELF file, in the module or in our own memory */
    void *unpacked;     /* that own memory, or NULL */
    const struct payload_memory *memory;

    bool has_notes;    /* at least one of owner "Xen" */
    unsigned segments; /* ascending and disjoint by paddr */
    struct payload_segment segment[PAYLOAD_SEGMENTS_MAX];

    uint64_t kernel_start, kernel_end; /* virtual addresses the segments cover; not page aligned */
    uint64_t entry;
    uint64_t virt_base;      /* virtual address of pfn 0; 0 without the note */
    uint64_t paddr_offset;   /* 0 without the note */
    uint64_t hypercall_page; /* virtual address or PAYLOAD_ABSENT */
    uint64_t init_p2m;       /* virtual address or PAYLOAD_ABSENT */
    uint64_t hv_start_low;   /* virtual address or PAYLOAD_ABSENT */
    uint64_t mod_start_pfn;  /* neither 0 nor PAYLOAD_ABSENT: give the initrd as a pfn, unmapped */
    uint64_t supported_features;                /* note 17, a mask, or PAYLOAD_ABSENT */
    uint64_t features_known, features_required; /* of the FEATURES note, masks of 1 << XENFEAT_* */
    struct bytes features, guest_os, loader, xen_version; /* text inside `image`, no final NUL */

    char error[160];
};

/* Recognises, unpacks, parses and checks. 0, or -EINVAL (not a kernel we can run) or -ENOMEM, with
 * `error` set and nothing left allocated. The module and *memory stay until payload_close(). */
int payload_open(struct payload *p, const void *module, size_t size,
                 const struct payload_memory *memory) must_check;

/* Writes every byte of [kernel_start, kernel_end) to `window`: segments and, elsewhere, zeros. */
void payload_load(const struct payload *p, void *window);

/* Gives the memory back; the numbers and `error` stay readable. */
void payload_close(struct payload *p);

/* Between the files of this module. */

int payload_refuse(struct payload *p, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

bool bzimage_is(struct bytes module);
int bzimage_find(struct payload *p, struct bytes module, struct bytes *packed) must_check;
int decompress(struct payload *p, struct bytes packed) must_check;
bool elf_is(struct bytes file);
int elf_read(struct payload *p) must_check;
int notes_read(struct payload *p, struct bytes notes) must_check;
int notes_check(struct payload *p) must_check;

static inline bool bytes_hold(struct bytes b, uint64_t offset, uint64_t size)
{
    return offset <= b.size && size <= b.size - offset;
}

#endif
