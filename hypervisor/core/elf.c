/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's ELF file: which bytes go to which physical address.
 *
 * Headers are copied out before they are read, so the file may lie at any alignment.
 *
 * [elf.bounds] every segment lies in the file, and no sum of its fields wraps
 * [elf.order]  segments are ascending and disjoint by physical address
 */
#include <elf.h>

#include "core/payload.h"
#include "lib/errno.h"
#include "lib/string.h"

bool elf_is(struct bytes file)
{
    return file.size >= SELFMAG && !memcmp(file.at, ELFMAG, SELFMAG);
}

static int check_header(struct payload *p, const Elf64_Ehdr *e)
{
    if (e->e_ident[EI_CLASS] != ELFCLASS64)
        return payload_refuse(p, -EINVAL, "a 32-bit kernel; only 64-bit kernels can be dom0");
    if (e->e_ident[EI_DATA] != ELFDATA2LSB || e->e_machine != EM_X86_64)
        return payload_refuse(p, -EINVAL, "the ELF file is not for x86-64 (machine %u)",
                              e->e_machine);
    if (e->e_type != ET_EXEC)
        return payload_refuse(p, -EINVAL, "the ELF file is not an executable (type %u)", e->e_type);
    if (e->e_phentsize != sizeof(Elf64_Phdr))
        return payload_refuse(p, -EINVAL, "the ELF file's program headers have %u bytes, not %u",
                              e->e_phentsize, (unsigned)sizeof(Elf64_Phdr));
    if (!e->e_phnum || e->e_phnum > PAYLOAD_HEADERS_MAX)
        return payload_refuse(p, -EINVAL,
                              "the ELF file has %u program headers; 1 to %u can be read",
                              e->e_phnum, PAYLOAD_HEADERS_MAX);
    if (!bytes_hold(p->image, e->e_phoff, e->e_phnum * sizeof(Elf64_Phdr)))
        return payload_refuse(p, -EINVAL, "the ELF file's program headers are outside the file");
    return 0;
}

static int check_segment(struct payload *p, const Elf64_Phdr *h, unsigned index)
{
    if (!bytes_hold(p->image, h->p_offset, h->p_filesz))
        return payload_refuse(p, -EINVAL, "segment %u is outside the ELF file: it is truncated",
                              index);
    if (h->p_type == PT_NOTE)
        return 0;
    if (h->p_memsz < h->p_filesz)
        return payload_refuse(p, -EINVAL, "segment %u is larger in the ELF file than in memory",
                              index);
    if (h->p_memsz > PAYLOAD_SPAN_MAX || h->p_paddr + h->p_memsz < h->p_paddr)
        return payload_refuse(p, -EINVAL, "segment %u (%lx bytes at %lx) is too large for a kernel",
                              index, h->p_memsz, h->p_paddr);
    if (p->segments == PAYLOAD_SEGMENTS_MAX)
        return payload_refuse(p, -EINVAL, "the ELF file has more than %u loadable segments",
                              PAYLOAD_SEGMENTS_MAX);
    return 0;
}

static void insert_segment(struct payload *p, const Elf64_Phdr *h)
{
    unsigned i = p->segments++;

    for (; i && p->segment[i - 1].paddr > h->p_paddr; i--)
        p->segment[i] = p->segment[i - 1];
    p->segment[i] = (struct payload_segment){h->p_paddr, h->p_offset, h->p_filesz, h->p_memsz};
}

static int check_order(struct payload *p)
{
    if (!p->segments)
        return payload_refuse(p, -EINVAL, "the ELF file has no loadable segment");
    for (unsigned i = 1; i < p->segments; i++) {
        const struct payload_segment *a = &p->segment[i - 1], *b = &p->segment[i];

        if (a->paddr + a->memory_size > b->paddr)
            return payload_refuse(p, -EINVAL, "two segments of the ELF file overlap at %lx",
                                  b->paddr);
    }
    return 0;
}

static int read_segment(struct payload *p, const Elf64_Phdr *h, unsigned index)
{
    bool is_load = h->p_type == PT_LOAD && h->p_memsz;
    int rc;

    if (!is_load && h->p_type != PT_NOTE)
        return 0;
    rc = check_segment(p, h, index);
    if (rc)
        return rc;
    if (!is_load)
        return notes_read(p, (struct bytes){p->image.at + h->p_offset, h->p_filesz});
    insert_segment(p, h);
    return 0;
}

int elf_read(struct payload *p)
{
    Elf64_Ehdr e;
    Elf64_Phdr h;
    int rc;

    p->entry = p->virt_base = p->paddr_offset = p->hypercall_page = p->init_p2m = p->hv_start_low =
        p->mod_start_pfn = p->supported_features = PAYLOAD_ABSENT;
    if (!elf_is(p->image))
        return payload_refuse(p, -EINVAL, "the bzImage holds no ELF file");
    if (p->image.size < sizeof(e))
        return payload_refuse(p, -EINVAL, "the ELF file ends inside its header: it is truncated");
    memcpy(&e, p->image.at, sizeof(e));
    rc = check_header(p, &e);
    for (unsigned i = 0; !rc && i < e.e_phnum; i++) {
        memcpy(&h, p->image.at + e.e_phoff + i * sizeof(h), sizeof(h));
        rc = read_segment(p, &h, i);
    }
    return rc ? rc : check_order(p);
}
