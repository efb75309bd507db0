/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small kernels made up for the tests: an ELF file with two segments and Xen notes, and bzImages
 * round it.
 *
 *   0 header | 64 program headers | NOTES_AT notes | TEXT_AT first segment | DATA_AT second segment
 */
#ifndef TEST_PAYLOAD_CRAFT_H
#define TEST_PAYLOAD_CRAFT_H

#include <elf.h>

#include "core/payload.h"

enum {
    NOTES_AT = 256,
    TEXT_AT = 1024,
    TEXT_SIZE = 900,
    DATA_AT = 2048,
    DATA_SIZE = 300,
    CRAFT_SIZE = DATA_AT + DATA_SIZE,
};

#define CRAFT_BASE  0xffffffff80000000ull
#define CRAFT_PADDR 0x100000ull
#define CRAFT_ENTRY (CRAFT_BASE + CRAFT_PADDR + 0x10)
#define CRAFT_SPAN  0x5000ull /* second segment at +0x2000, 0x3000 bytes in memory */

struct craft_note {
    uint32_t type;
    uint64_t number;
    const char *text; /* NULL: a number of number_size bytes */
    unsigned number_size;
};

struct craft {
    Elf64_Ehdr header;
    Elf64_Phdr program[3];
    struct craft_note note[16]; /* type ~0: left out */
    char owner[4];
};

/* The file every test begins with; opens without complaint. */
struct craft craft_default(void);
struct craft_note *craft_find(struct craft *c, uint32_t type);
void craft_write(const struct craft *c, uint8_t out[CRAFT_SIZE]);

/* A bzImage round `payload`; malloc'ed, exactly its size. */
struct bytes craft_bzimage(struct bytes payload);

/* Appends the unpacked size, as the kernel's build does. */
struct bytes craft_append_size(struct bytes packed, uint32_t size);

#endif
