/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel in a boot module, from opening to loading.
 *
 * [payload.clean] a refused payload holds no memory and has a sentence in `error`
 *
 * Not here: the container (bzimage.c), unpacking (decompress.c), the ELF file (elf.c, notes.c).
 */
#include <stdarg.h>

#include "core/payload.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

int payload_refuse(struct payload *p, int rc, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    format_va(p->error, sizeof(p->error), fmt, ap);
    va_end(ap);
    /* The sentence may quote the file; the console gets plain text. */
    for (char *c = p->error; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return rc;
}

static int find_image(struct payload *p, struct bytes module)
{
    struct bytes packed;
    int rc;

    if (elf_is(module)) {
        p->image = module;
        return 0;
    }
    if (!bzimage_is(module))
        return payload_refuse(p, -EINVAL, "not a bzImage or ELF file");
    rc = bzimage_find(p, module, &packed);
    return rc ? rc : decompress(p, packed);
}

int payload_open(struct payload *p, const void *module, size_t size,
                 const struct payload_memory *memory)
{
    int rc;

    memset(p, 0, sizeof(*p));
    p->memory = memory;
    rc = find_image(p, (struct bytes){module, size});
    if (!rc)
        rc = elf_read(p);
    if (!rc)
        rc = notes_check(p);
    if (rc)
        payload_close(p);
    return rc;
}

void payload_load(const struct payload *p, void *window)
{
    uint8_t *out = window;

    for (unsigned i = 0; i < p->segments; i++) {
        const struct payload_segment *s = &p->segment[i];
        uint8_t *at = (uint8_t *)window + (s->paddr - p->segment[0].paddr);

        memset(out, 0, at - out);
        memcpy(at, p->image.at + s->offset, s->file_size);
        out = at + s->file_size;
        memset(out, 0, s->memory_size - s->file_size);
        out = at + s->memory_size;
    }
}

void payload_close(struct payload *p)
{
    if (p->unpacked)
        p->memory->free(p->memory->context, p->unpacked, p->image.size);
    p->unpacked = NULL;
    p->image = p->features = p->guest_os = p->loader = p->xen_version = (struct bytes){NULL, 0};
}
