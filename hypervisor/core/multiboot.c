/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading what the boot loader left: Multiboot 1 (QEMU's -kernel) and Multiboot 2 (GRUB).
 *
 * The loader is trusted to be honest but not to be tidy: lists longer than ours are cut, regions
 * are sorted, strings are copied out before their memory is given away.
 */
#include "core/boot.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "x86/x86.h"

#define MB1_MAGIC 0x2badb002
#define MB2_MAGIC 0x36d76289

enum { MB1_HAS_CMDLINE = 1 << 2, MB1_HAS_MODULES = 1 << 3, MB1_HAS_MMAP = 1 << 6 };

struct mb1_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, module_count, modules;
    uint32_t symbols[4], mmap_length, mmap;
};

struct mb1_module {
    uint32_t start, end, string, reserved;
};

struct mb1_region {
    uint32_t size;
    uint64_t start, length;
    uint32_t type;
} __attribute__((packed));

enum mb2_tag_type {
    MB2_END = 0,
    MB2_CMDLINE = 1,
    MB2_MODULE = 3,
    MB2_MMAP = 6,
    MB2_RSDP_OLD = 14,
    MB2_RSDP_NEW = 15,
};

struct mb2_tag {
    uint32_t type, size;
};

struct mb2_module {
    struct mb2_tag tag;
    uint32_t start, end;
    char string[];
};

struct mb2_mmap {
    struct mb2_tag tag;
    uint32_t entry_size, version;
};

struct mb2_region {
    uint64_t start, length;
    uint32_t type, reserved;
};

static struct boot_info info;
static char strings[8192];
static size_t strings_used;

static char *keep_string(const char *s)
{
    size_t room = sizeof(strings) - strings_used;
    char *kept = strings + strings_used;
    size_t n;

    if (room < 2)
        return strings + sizeof(strings) - 1;
    n = MIN(strnlen(s, 4096), room - 1);
    memcpy(kept, s, n);
    kept[n] = 0;
    strings_used += n + 1;
    return kept;
}

/* A command line begins with the name of the file it belongs to. */
static char *skip_first_word(char *s)
{
    while (*s == ' ')
        s++;
    while (*s && *s != ' ')
        s++;
    while (*s == ' ')
        s++;
    return s;
}

static void add_module(uint64_t start, uint64_t end, const char *string)
{
    if (info.modules == BOOT_MODULES)
        cannot_start("more than %d boot modules", BOOT_MODULES);
    info.module[info.modules++] = (struct boot_module){
        .start = start,
        .size = end > start ? end - start : 0,
        .arguments = skip_first_word(keep_string(string)),
    };
}

static void add_region(uint64_t start, uint64_t size, uint32_t type)
{
    unsigned i = info.regions;

    if (!size || info.regions == BOOT_REGIONS)
        return;
    for (; i && info.region[i - 1].start > start; i--)
        info.region[i] = info.region[i - 1];
    info.region[i] = (struct boot_region){start, size, type};
    info.regions++;
}

static void parse_multiboot1(uint32_t at)
{
    const struct mb1_info *mb = direct_map(at);
    const struct mb1_module *m = direct_map(mb->modules);

    info.loader = "Multiboot 1";
    info.arguments =
        skip_first_word(keep_string(mb->flags & MB1_HAS_CMDLINE ? direct_map(mb->cmdline) : ""));
    for (unsigned i = 0; mb->flags & MB1_HAS_MODULES && i < mb->module_count; i++)
        add_module(m[i].start, m[i].end, m[i].string ? direct_map(m[i].string) : "");
    if (!(mb->flags & MB1_HAS_MMAP))
        cannot_start("the boot loader gave no memory map");
    for (uint32_t p = 0; p + sizeof(struct mb1_region) <= mb->mmap_length;) {
        const struct mb1_region *r = direct_map(mb->mmap + p);

        add_region(r->start, r->length, r->type);
        p += r->size + sizeof(r->size);
    }
}

static void parse_mmap2(const struct mb2_mmap *map)
{
    for (uint32_t p = sizeof(*map); map->entry_size && p + map->entry_size <= map->tag.size;
         p += map->entry_size) {
        const struct mb2_region *r = (const void *)((const char *)map + p);

        add_region(r->start, r->length, r->type);
    }
}

static void parse_multiboot2(uint32_t at)
{
    const struct mb2_tag *tag = direct_map(at + 8);
    uint64_t base = (uint64_t)direct_map(0);

    info.loader = "Multiboot 2";
    info.arguments = keep_string("");
    for (; tag->type != MB2_END; tag = (const void *)((const char *)tag + ROUND_UP(tag->size, 8))) {
        const struct mb2_module *m = (const void *)tag;

        switch (tag->type) {
        case MB2_CMDLINE: /* GRUB leaves the file name out of ours */
            info.arguments = keep_string((const char *)(tag + 1));
            break;
        case MB2_MODULE:
            add_module(m->start, m->end, m->string);
            break;
        case MB2_MMAP:
            parse_mmap2((const void *)tag);
            break;
        case MB2_RSDP_OLD:
        case MB2_RSDP_NEW:
            info.rsdp = (uint64_t)(tag + 1) - base;
            break;
        }
    }
}

const struct boot_info *boot_parse(uint32_t magic, uint32_t at)
{
    if (magic == MB1_MAGIC)
        parse_multiboot1(at);
    else if (magic == MB2_MAGIC)
        parse_multiboot2(at);
    else
        cannot_start("not started by a Multiboot loader (magic %08x)", magic);
    return &info;
}

uint64_t boot_ram_end(const struct boot_info *b)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < b->regions; i++)
        if (b->region[i].type == REGION_RAM)
            end = MAX(end, b->region[i].start + b->region[i].size);
    return end;
}
