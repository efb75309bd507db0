/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/memory.h"
#include "trace/vtrace/fail.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

void memory_add(struct memory *m, uint64_t address, const uint8_t *data, uint64_t bytes)
{
    if (!(m->count & (m->count - 1)))
        m->pieces = must_realloc(m->pieces, m->count ? m->count * 2 : 1, sizeof(m->pieces[0]));
    m->pieces[m->count++] = (struct piece){address, bytes, data};
}

void memory_free(struct memory *m)
{
    free(m->pieces);
    *m = (struct memory){0};
}

const uint8_t *memory_at(const struct memory *m, uint64_t address, uint64_t *bytes)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct piece *p = &m->pieces[i];

        if (address - p->address < p->bytes) {
            *bytes = p->bytes - (address - p->address);
            return p->data + (address - p->address);
        }
    }
    return NULL;
}

bool memory_of_core(struct memory *m, const uint8_t *data, size_t size)
{
    Elf64_Ehdr e;

    if (size < sizeof(e))
        return false;
    memcpy(&e, data, sizeof(e));
    if (memcmp(e.e_ident, ELFMAG, SELFMAG) || e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_type != ET_CORE ||
        e.e_phentsize != sizeof(Elf64_Phdr))
        return false;
    for (uint64_t i = 0; i < e.e_phnum; i++) {
        uint64_t at = e.e_phoff + i * sizeof(Elf64_Phdr);
        Elf64_Phdr p;

        if (at > size || size - at < sizeof(p))
            break;
        memcpy(&p, data + at, sizeof(p));
        if (p.p_type == PT_LOAD && p.p_offset < size)
            memory_add(m, p.p_paddr, data + p.p_offset,
                       p.p_filesz < size - p.p_offset ? p.p_filesz : size - p.p_offset);
    }
    return true;
}
