/* SPDX-License-Identifier: BSD-2-Clause */
/* What the boot loader told us, in one form for Multiboot 1 and 2. */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include "lib/types.h"

#define BOOT_MODULES 8
#define BOOT_REGIONS 128

enum { REGION_RAM = 1, REGION_RESERVED = 2, REGION_ACPI = 3, REGION_NVS = 4, REGION_BAD = 5 };

struct boot_region { /* as an e820 entry */
    uint64_t start, size;
    uint32_t type;
} __attribute__((packed));

struct boot_module {
    uint64_t start, size; /* physical, bytes */
    char *arguments;      /* its command line without the first word (the file name) */
};

struct boot_info {
    char *arguments; /* ours */
    const char *loader;
    uint64_t rsdp;   /* physical address of a copy of the RSDP, 0 when the loader gave none */
    unsigned modules, regions;
    struct boot_module module[BOOT_MODULES];
    struct boot_region region[BOOT_REGIONS];
};

/* Fills in boot_info from what the loader left at physical address `at`; Stops with one clear line when
 * the magic number is neither Multiboot's. Strings are copied, nothing of the loader's is kept but the
 * modules themselves. */
const struct boot_info *boot_parse(uint32_t magic, uint32_t at);

/* The highest RAM address + 1. */
uint64_t boot_ram_end(const struct boot_info *b);

#endif
