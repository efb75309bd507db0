/* SPDX-License-Identifier: BSD-2-Clause */
/* Small kernels made up for the tests; the picture is in payload_craft.h. */
#include <stdlib.h>
#include <string.h>
#include <xen/elfnote.h>

#include "test/payload_craft.h"

struct craft craft_default(void)
{
    return (struct craft){
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, 1},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = 1,
                   .e_phoff = sizeof(Elf64_Ehdr),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 3},
        /* Not in ascending order, so that sorting is seen. */
        .program = {{.p_type = PT_LOAD,
                     .p_offset = DATA_AT,
                     .p_paddr = CRAFT_PADDR + 0x2000,
                     .p_filesz = DATA_SIZE,
                     .p_memsz = 0x3000},
                    {.p_type = PT_NOTE, .p_offset = NOTES_AT},
                    {.p_type = PT_LOAD,
                     .p_offset = TEXT_AT,
                     .p_paddr = CRAFT_PADDR,
                     .p_filesz = TEXT_SIZE,
                     .p_memsz = 0x1000}},
        .note = {{XEN_ELFNOTE_ENTRY, CRAFT_ENTRY, NULL, 8},
                 {XEN_ELFNOTE_VIRT_BASE, CRAFT_BASE, NULL, 8},
                 {XEN_ELFNOTE_PADDR_OFFSET, 0, NULL, 8},
                 {XEN_ELFNOTE_XEN_VERSION, 0, "xen-3.0", 0},
                 {XEN_ELFNOTE_GUEST_OS, 0, "test", 0},
                 {XEN_ELFNOTE_LOADER, 0, "generic", 0},
                 {XEN_ELFNOTE_FEATURES, 0, "!writable_page_tables|pae_pgdir_above_4gb|x", 0},
                 {XEN_ELFNOTE_HYPERCALL_PAGE, CRAFT_BASE + CRAFT_PADDR + 0x3000, NULL, 8},
                 {XEN_ELFNOTE_HV_START_LOW, 0xffff800000000000, NULL, 8},
                 {XEN_ELFNOTE_INIT_P2M, 0x8000000000, NULL, 8},
                 {XEN_ELFNOTE_MOD_START_PFN, 1, NULL, 4},
                 {XEN_ELFNOTE_SUPPORTED_FEATURES, 0x8801, NULL, 4},
                 {XEN_ELFNOTE_SUSPEND_CANCEL, 1, NULL, 4},
                 {~0u, 0, NULL, 0},
                 {~0u, 0, NULL, 0},
                 {~0u, 0, NULL, 0}},
        .owner = "Xen",
    };
}

struct craft_note *craft_find(struct craft *c, uint32_t type)
{
    for (size_t i = 0; i < ARRAY_SIZE(c->note); i++)
        if (c->note[i].type == type)
            return &c->note[i];
    abort();
}

static size_t write_note(const struct craft *c, const struct craft_note *n, uint8_t *out)
{
    Elf64_Nhdr h = {sizeof(c->owner), n->number_size, n->type};

    if (n->text)
        h.n_descsz = strlen(n->text) + 1;
    memcpy(out, &h, sizeof(h));
    memcpy(out + sizeof(h), c->owner, sizeof(c->owner));
    memcpy(out + sizeof(h) + sizeof(c->owner), n->text ? (const void *)n->text : &n->number,
           h.n_descsz);
    return ROUND_UP(sizeof(h) + sizeof(c->owner) + h.n_descsz, 4);
}

void craft_write(const struct craft *c, uint8_t out[CRAFT_SIZE])
{
    struct craft copy = *c;
    size_t notes = 0;

    memset(out, 0, CRAFT_SIZE);
    for (size_t i = 0; i < ARRAY_SIZE(c->note); i++)
        if (c->note[i].type != ~0u)
            notes += write_note(c, &c->note[i], out + NOTES_AT + notes);
    if (!copy.program[1].p_filesz)
        copy.program[1].p_filesz = notes;
    memcpy(out, &copy.header, sizeof(copy.header));
    memcpy(out + sizeof(copy.header), copy.program, sizeof(copy.program));
    /* Neither constant nor random: a packer finds matches and literals. */
    for (unsigned i = TEXT_AT; i < CRAFT_SIZE; i++)
        out[i] = i % 61 < 40 ? i % 61 : (i * 2654435761u) >> 24;
}

struct bytes craft_bzimage(struct bytes payload)
{
    enum { SETUP_SECTORS = 1, START = (SETUP_SECTORS + 1) * 512, GAP = 16, TAIL = 8 };
    size_t size = START + GAP + payload.size + TAIL;
    uint8_t *out = calloc(1, size);
    uint32_t offset = GAP, length = payload.size;

    out[0x1f1] = SETUP_SECTORS;
    memcpy(out + 0x1fe, "\x55\xaaxxHdrS\x0f\x02", 10);
    memcpy(out + 0x248, &offset, sizeof(offset));
    memcpy(out + 0x24c, &length, sizeof(length));
    memcpy(out + START + GAP, payload.at, payload.size);
    return (struct bytes){out, size};
}

struct bytes craft_append_size(struct bytes packed, uint32_t size)
{
    uint8_t *out = malloc(packed.size + sizeof(size));

    memcpy(out, packed.at, packed.size);
    memcpy(out + packed.size, &size, sizeof(size));
    return (struct bytes){out, packed.size + sizeof(size)};
}
