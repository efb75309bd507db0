/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/symbols.h"
#include "trace/vtrace/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST      (1u << 20)            /* bytes of a function whose size is not told */
#define KERNEL_FIRST 0xffff800000000000ull /* lower numbers in a System.map are offsets, not addresses of code */

struct symbol {
    uint64_t address, bytes; /* bytes 0: up to the next symbol */
    char *name;
};

struct symbols {
    struct symbol *of;
    size_t count, room;
};

static void add(struct symbols *s, uint64_t address, uint64_t bytes, const char *name)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 1024;
        s->of = must_realloc(s->of, s->room, sizeof(*s->of));
    }
    s->of[s->count] = (struct symbol){address, bytes, strdup(name)};
    if (!s->of[s->count++].name)
        fail("there is not enough memory");
}

/* --- ELF --- */

/* Functions, and the labels of assembly, which have no type. */
static bool is_code(Elf *elf, const GElf_Sym *symbol)
{
    GElf_Shdr header;
    int type = GELF_ST_TYPE(symbol->st_info);
    Elf_Scn *section = elf_getscn(elf, symbol->st_shndx);

    return (type == STT_FUNC || type == STT_NOTYPE) && symbol->st_shndx < SHN_LORESERVE && section &&
           gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR;
}

static void add_table(struct symbols *s, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;

    for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

        if (name && *name && is_code(elf, &symbol))
            add(s, symbol.st_value, symbol.st_size, name);
    }
}

static void add_elf(struct symbols *s, int fd, const char *path)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    Elf *elf;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!elf || elf_kind(elf) != ELF_K_ELF)
        fail("%s: %s", path, elf_errmsg(-1));
    while ((section = elf_nextscn(elf, section)))
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            add_table(s, elf, section, &header);
    elf_end(elf);
}

/* --- System.map, /proc/kallsyms --- */

/* Addresses have all their digits there: what is no such text has no such lines by chance.
 * Returns whether there are lines that hide their addresses. */
static bool add_text(struct symbols *s, FILE *f)
{
    char line[1024], digits[17], name[512], type;
    bool hidden = false;

    while (fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%16[0-9a-fA-F] %c %511s", digits, &type, name) != 3 || strlen(digits) != 16 ||
            !strchr("tTwW", type))
            continue;
        uint64_t address = strtoull(digits, NULL, 16);
        if (address >= KERNEL_FIRST)
            add(s, address, 0, name);
        else
            hidden |= !address;
    }
    return hidden;
}

static void add_file(struct symbols *s, const char *path)
{
    size_t before = s->count;
    bool hidden = false;
    char magic[4] = "";
    FILE *f = fopen(path, "r");

    if (!f || fread(magic, 1, sizeof(magic), f) != sizeof(magic))
        fail("%s: %s", path, f ? "the file is empty" : strerror(errno));
    rewind(f);
    if (!memcmp(magic, ELFMAG, SELFMAG))
        add_elf(s, fileno(f), path);
    else
        hidden = add_text(s, f);
    fclose(f);
    if (s->count == before)
        fail("%s: %s", path, hidden ? "its addresses are hidden; copy /proc/kallsyms as root"
                                    : "it names no code; an ELF image with symbols, a System.map or a copy of "
                                      "/proc/kallsyms does");
}

/* Of two names for one address the later is found: sized ones, and then the first of the alphabet. */
static int by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (!x->bytes != !y->bytes)
        return x->bytes ? 1 : -1;
    return strcmp(y->name, x->name);
}

struct symbols *symbols_read(const char *paths)
{
    struct symbols *s = must_calloc(1, sizeof(*s));
    char *copy = strdup(paths), *save = NULL;

    if (!copy)
        fail("there is not enough memory");
    for (char *path = strtok_r(copy, ",", &save); path; path = strtok_r(NULL, ",", &save))
        add_file(s, path);
    free(copy);
    if (!s->count)
        fail("--symbols wants files: an ELF image, a System.map or a copy of /proc/kallsyms");
    qsort(s->of, s->count, sizeof(*s->of), by_address);
    return s;
}

void symbols_free(struct symbols *s)
{
    for (size_t i = 0; s && i < s->count; i++)
        free(s->of[i].name);
    if (s)
        free(s->of);
    free(s);
}

const char *symbols_find(const struct symbols *s, uint64_t address, uint64_t *offset)
{
    size_t low = 0, high = s ? s->count : 0;
    const struct symbol *found;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (s->of[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    found = &s->of[low - 1];
    *offset = address - found->address;
    return *offset < (found->bytes ? found->bytes : LONGEST) ? found->name : NULL;
}
