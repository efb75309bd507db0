/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the decoders in Debian's static archives (liblzma.a, libz.a, libzstd.a, liblz4.a) find under
 * them.
 *
 * The archives are position-independent code for hosted programs. Linked into the image they need,
 * while payload_open() runs and at no other time:
 *
 *   FS base       the address of archive_fs_block: -fstack-protector-strong code compares %fs:0x28
 *                 before and after. Nothing else uses %fs.
 *   SSE, SSE2     CR0.EM = 0, CR0.TS = 0, CR4.OSFXSR = 1. The FPU state is nobody's at that time.
 *   stack         ARCHIVE_STACK_MIN bytes below the caller of payload_open()
 *   linker        no constructor has to run: what depends on one is refused before (decompress.c)
 *   functions     memcpy, memmove, memset, memcmp (lib/string.c), panic (lib/bug.h), and those
 *                 below
 */
#ifndef CORE_ARCHIVE_SHIM_H
#define CORE_ARCHIVE_SHIM_H

#include "lib/types.h"

#define ARCHIVE_STACK_MIN 8192

extern const uint64_t archive_fs_block[8];

__attribute__((noreturn)) void __stack_chk_fail(void);

/* Every decoder gets allocation functions of ours, so the archives' defaults are never asked. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void free(void *at);

/* zstd's tracing hooks: weak references, which cannot stay undefined at our addresses. */
unsigned long long ZSTD_trace_decompress_begin(const void *context);
void ZSTD_trace_decompress_end(unsigned long long context, const void *trace);

#endif
