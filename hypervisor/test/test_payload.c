/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/payload.h on the host: real and made-up kernels, every refusal, every truncation, every
 * flipped bit, every allocation failing.
 *
 * usage: test_payload [-w DIR] [VMLINUZ]
 *   -w DIR   writes the made-up kernels there (the fuzzer begins with them) and ends
 *   VMLINUZ  a stock kernel; without it that part is skipped
 *
 * Proves [payload.clean], [elf.bounds], [elf.order], [notes.range], [decompress.exact].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xen/elfnote.h>

#include "ci/tap.h"
#include "lib/errno.h"
#include "test/payload_craft.h"

/* Memory that counts, and that fails when `left` reaches 0. */
struct counted {
    long live_blocks, live_bytes, peak_bytes;
    long calls, left;
};

static void *counted_alloc(void *context, size_t size)
{
    struct counted *c = context;

    c->calls++;
    if (c->left-- == 0)
        return NULL;
    c->live_blocks++;
    c->live_bytes += size;
    c->peak_bytes = MAX(c->peak_bytes, c->live_bytes);
    return malloc(size);
}

static void counted_free(void *context, void *at, size_t size)
{
    struct counted *c = context;

    c->live_blocks--;
    c->live_bytes -= size;
    free(at);
}

static struct counted counted = {.left = -1};
static const struct payload_memory memory = {counted_alloc, counted_free, &counted};

static struct bytes exact_copy(const void *at, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    memcpy(copy, at, size);
    return (struct bytes){copy, size};
}

/* A refusal is a negative status, one printable line that was not cut off, and no memory held. */
static bool is_refused(const struct payload *p, int rc)
{
    size_t n = strlen(p->error);

    for (size_t i = 0; i < n; i++)
        if (p->error[i] < ' ' || p->error[i] > '~')
            return false;
    return (rc == -EINVAL || rc == -ENOMEM) && n > 10 && n < sizeof(p->error) - 1 &&
           !counted.live_blocks && !p->unpacked;
}

static bool opens_to(struct bytes module, const uint8_t *image)
{
    struct payload p;
    bool good;

    if (payload_open(&p, module.at, module.size, &memory)) {
        printf("# %s\n", p.error);
        return false;
    }
    good = p.image.size == CRAFT_SIZE && !memcmp(p.image.at, image, CRAFT_SIZE) && !p.error[0];
    payload_close(&p);
    return good && !counted.live_blocks;
}

/* One way to spoil the default kernel, and a piece of the sentence it must give. */
struct refusal {
    const char *name, *expect;
    enum { DROP, NUMBER, TEXT, HEADER, PROGRAM } what;
    uint64_t where, value; /* note type, or offset in the header or the program headers */
    unsigned size;
    const char *text;
};

#define H(field)        HEADER, offsetof(Elf64_Ehdr, field)
#define P(index, field) PROGRAM, (index) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, field)

static const struct refusal refusals[] = {
    {"32-bit ELF", "32-bit", HEADER, EI_CLASS, ELFCLASS32, 1, NULL},
    {"big-endian ELF", "not for x86-64", HEADER, EI_DATA, ELFDATA2MSB, 1, NULL},
    {"another machine", "not for x86-64", H(e_machine), EM_AARCH64, 2, NULL},
    {"a shared object", "not an executable", H(e_type), ET_DYN, 2, NULL},
    {"odd program header size", "program headers have 32", H(e_phentsize), 32, 2, NULL},
    {"no program headers", "0 program headers", H(e_phnum), 0, 2, NULL},
    {"too many program headers", "65 program headers", H(e_phnum), 65, 2, NULL},
    {"program headers outside", "headers are outside", H(e_phoff), CRAFT_SIZE - 100, 8, NULL},
    {"program headers wrapping", "headers are outside", H(e_phoff), ~0ull - 64, 8, NULL},
    {"segment outside", "outside the ELF file", P(0, p_offset), CRAFT_SIZE - 10, 8, NULL},
    {"segment offset wrapping", "outside the ELF file", P(0, p_offset), ~0ull - 10, 8, NULL},
    {"segment file size huge", "outside the ELF file", P(2, p_filesz), ~0ull, 8, NULL},
    {"note segment outside", "outside the ELF file", P(1, p_filesz), CRAFT_SIZE, 8, NULL},
    {"memory smaller than file", "larger in the ELF file", P(0, p_memsz), 10, 8, NULL},
    {"segment memory huge", "too large", P(0, p_memsz), 1ull << 40, 8, NULL},
    {"segment address wrapping", "too large", P(0, p_paddr), ~0ull - 10, 8, NULL},
    {"segments overlap", "overlap", P(0, p_paddr), CRAFT_PADDR + 0xfff, 8, NULL},
    {"segments far apart", "further than", P(0, p_paddr), 1ull << 40, 8, NULL},
    {"note past its segment", "runs past", P(1, p_filesz), 18, 8, NULL},
    {"no ENTRY", "ENTRY: this kernel", DROP, XEN_ELFNOTE_ENTRY, 0, 0, NULL},
    {"no XEN_VERSION", "XEN_VERSION is \"\"", DROP, XEN_ELFNOTE_XEN_VERSION, 0, 0, NULL},
    {"wrong XEN_VERSION", "\"xen-4.0\"", TEXT, XEN_ELFNOTE_XEN_VERSION, 0, 0, "xen-4.0"},
    {"longer XEN_VERSION", "\"xen-3.01\"", TEXT, XEN_ELFNOTE_XEN_VERSION, 0, 0, "xen-3.01"},
    {"no LOADER", "LOADER is \"\"", DROP, XEN_ELFNOTE_LOADER, 0, 0, NULL},
    {"wrong LOADER", "\"special\"", TEXT, XEN_ELFNOTE_LOADER, 0, 0, "special"},
    {"number of 2 bytes", "ENTRY has 2 bytes", NUMBER, XEN_ELFNOTE_ENTRY, CRAFT_ENTRY, 2, NULL},
    {"number of 0 bytes", "ENTRY has 0 bytes", NUMBER, XEN_ELFNOTE_ENTRY, CRAFT_ENTRY, 0, NULL},
    {"unknown required feature", "feature \"warp\"", TEXT, XEN_ELFNOTE_FEATURES, 0, 0,
     "dom0|!warp"},
    {"supervisor mode", "supervisor", TEXT, XEN_ELFNOTE_FEATURES, 0, 0, "!supervisor_mode_kernel"},
    {"translated", "translated", TEXT, XEN_ELFNOTE_FEATURES, 0, 0, "!auto_translated_physmap"},
    {"no dom0 support", "without dom0", NUMBER, XEN_ELFNOTE_SUPPORTED_FEATURES, 0x8001, 8, NULL},
    {"VIRT_BASE not aligned", "not page aligned", NUMBER, XEN_ELFNOTE_VIRT_BASE, CRAFT_BASE + 8, 8,
     NULL},
    {"VIRT_BASE in the hole", "cannot have", NUMBER, XEN_ELFNOTE_VIRT_BASE, 0xffff828000000000, 8,
     NULL},
    {"VIRT_BASE not canonical", "cannot have", NUMBER, XEN_ELFNOTE_VIRT_BASE, 1ull << 47, 8, NULL},
    {"VIRT_BASE at the very top", "cannot have", NUMBER, XEN_ELFNOTE_VIRT_BASE, ~0xfffull, 8, NULL},
    {"kernel below VIRT_BASE", "below VIRT_BASE", NUMBER, XEN_ELFNOTE_PADDR_OFFSET, 0x200000, 8,
     NULL},
    {"entry below the kernel", "entry", NUMBER, XEN_ELFNOTE_ENTRY, CRAFT_BASE, 8, NULL},
    {"entry behind the kernel", "entry", NUMBER, XEN_ELFNOTE_ENTRY,
     CRAFT_BASE + CRAFT_PADDR + CRAFT_SPAN, 8, NULL},
    {"hypercall page not aligned", "hypercall page", NUMBER, XEN_ELFNOTE_HYPERCALL_PAGE,
     CRAFT_BASE + CRAFT_PADDR + 0x3010, 8, NULL},
    {"hypercall page outside", "hypercall page", NUMBER, XEN_ELFNOTE_HYPERCALL_PAGE,
     CRAFT_BASE + CRAFT_PADDR + CRAFT_SPAN, 8, NULL},
    {"HV_START_LOW too high", "hypervisor at", NUMBER, XEN_ELFNOTE_HV_START_LOW, 0xffff880000000000,
     8, NULL},
    {"INIT_P2M not aligned", "INIT_P2M", NUMBER, XEN_ELFNOTE_INIT_P2M, 0x8000000010, 8, NULL},
    {"INIT_P2M in the kernel", "INIT_P2M", NUMBER, XEN_ELFNOTE_INIT_P2M, CRAFT_BASE + CRAFT_PADDR,
     8, NULL},
    {"INIT_P2M in the hole", "INIT_P2M", NUMBER, XEN_ELFNOTE_INIT_P2M, 0xffff800000000000, 8, NULL},
};

static void spoil(struct craft *c, const struct refusal *r)
{
    char *program = (char *)c->program, *header = (char *)&c->header;

    if (r->what == HEADER)
        memcpy(header + r->where, &r->value, r->size);
    else if (r->what == PROGRAM)
        memcpy(program + r->where, &r->value, r->size);
    else if (r->what == DROP)
        craft_find(c, r->where)->type = ~0u;
    else if (r->what == TEXT)
        craft_find(c, r->where)->text = r->text;
    else
        *craft_find(c, r->where) = (struct craft_note){r->where, r->value, NULL, r->size};
}

static bool refuses(const struct craft *c, const char *expect)
{
    uint8_t file[CRAFT_SIZE];
    struct bytes module;
    struct payload p;
    bool good;
    int rc;

    craft_write(c, file);
    module = exact_copy(file, sizeof(file));
    rc = payload_open(&p, module.at, module.size, &memory);
    good = is_refused(&p, rc) && strstr(p.error, expect);
    if (!good)
        printf("# rc %d, \"%s\", expected \"%s\"\n", rc, p.error, expect);
    free((void *)module.at);
    return good;
}

static void test_refusals(void)
{
    struct craft c;
    char name[80];

    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        c = craft_default();
        spoil(&c, &refusals[i]);
        snprintf(name, sizeof(name), "refused: %s", refusals[i].name);
        check(refuses(&c, refusals[i].expect), name);
    }
    c = craft_default();
    strcpy(c.owner, "GNU");
    check(refuses(&c, "no Xen notes"), "refused: notes of another owner only");
    c = craft_default();
    c.program[1].p_type = PT_NULL;
    check(refuses(&c, "no Xen notes"), "refused: no note segment");
    c = craft_default();
    c.program[0].p_memsz = c.program[0].p_filesz = 0;
    c.program[2].p_type = PT_NULL;
    check(refuses(&c, "no loadable"), "refused: no loadable segment");
}

static bool refuses_module(const void *at, size_t size, const char *expect)
{
    struct bytes module = exact_copy(at, size);
    struct payload p;
    int rc = payload_open(&p, module.at, module.size, &memory);
    bool good = is_refused(&p, rc) && strstr(p.error, expect);

    if (!good)
        printf("# rc %d, \"%s\", expected \"%s\"\n", rc, p.error, expect);
    free((void *)module.at);
    return good;
}

/* Of a literal, without its final NUL. */
#define BYTES(literal) literal, sizeof(literal) - 1

static bool refuses_payload(const char *text, size_t size, const char *expect)
{
    struct bytes bz = craft_bzimage((struct bytes){(const uint8_t *)text, size});
    bool good = refuses_module(bz.at, bz.size, expect);

    free((void *)bz.at);
    return good;
}

static void test_containers(void)
{
    struct bytes bz = craft_bzimage((struct bytes){(const uint8_t *)"\x7f"
                                                                    "ELF",
                                                   4});
    uint8_t *b = (uint8_t *)bz.at;
    static const char xz_crc64[] = "\xfd"
                                   "7zXZ\0\0\4abcd\0\0\0\0\0\1\0\0";

    check(refuses_module("", 0, "not a bzImage or ELF"), "refused: empty module");
    check(refuses_module("#!/bin/sh\n", 10, "not a bzImage or ELF"), "refused: a script");
    check(refuses_module("\x7f"
                         "ELF\2\1\1",
                         7, "truncated"),
          "refused: the beginning of an ELF file");
    check(refuses_module(b, bz.size, "truncated"), "refused: bzImage round the beginning of an ELF");
    b[0x206] = 7;
    check(refuses_module(b, bz.size, "protocol 2.07"), "refused: old boot protocol");
    b[0x206] = 15;
    memset(b + 0x248, 0xff, 4);
    check(refuses_module(b, bz.size, "truncated"), "refused: payload offset outside");
    memset(b + 0x24c, 0, 4);
    check(refuses_module(b, bz.size, "no payload"), "refused: payload of no bytes");
    free(b);
    check(refuses_payload(BYTES("BZh91AY"), "bzip2"), "refused: bzip2 is named");
    check(refuses_payload(BYTES("\x5d\0\0\0\1"), "LZMA"), "refused: LZMA is named");
    check(refuses_payload(BYTES("\x89LZO\0\0\0"), "LZO"), "refused: LZO is named");
    check(refuses_payload(BYTES("\x1f\x8b"), "ends early"), "refused: payload of two bytes");
    check(refuses_payload(BYTES("what is this"), "no known format"), "refused: unknown payload");
    check(refuses_payload(BYTES("\x28\xb5\x2f\xfd xx\0\0\0\x80"), "declares"), "refused: huge size");
    check(refuses_payload(BYTES("\x28\xb5\x2f\xfd xx\0\0\0\0"), "declares"), "refused: size 0");
    check(refuses_payload(BYTES(xz_crc64), "CRC32"), "refused: XZ with CRC64");
}

/* The packers people have; the last row packs nothing. */
static const struct packer {
    const char *name, *command;
    bool appends_size, has_checksum;
} packers[] = {
    {"XZ", "xz --check=crc32 --x86 --lzma2=dict=64KiB -c <in >out", true, true},
    {"gzip", "gzip -9 -n -c <in >out", false, true},
    {"zstd", "zstd -q -19 -c <in >out", true, true},
    {"LZ4", "lz4 -q -l -9 -c <in >out", true, false},
    {"plain", "cat <in >out", false, false},
};

static char work[] = "/tmp/payload.XXXXXX";

static struct bytes read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *at;
    long size;

    if (!f)
        return (struct bytes){NULL, 0};
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    at = malloc(size + 1);
    if (fread(at, 1, size, f) != (size_t)size)
        size = 0;
    fclose(f);
    return (struct bytes){at, size};
}

static bool write_file(const char *path, struct bytes b)
{
    FILE *f = fopen(path, "wb");
    bool good = f && fwrite(b.at, 1, b.size, f) == b.size;

    return f && !fclose(f) && good;
}

/* The default kernel in a bzImage, packed by the tool; .at NULL if the tool is not installed. */
static struct bytes pack(const struct packer *k, const uint8_t *image)
{
    struct bytes none = {NULL, 0}, packed, bz;
    char path[64], command[200];

    snprintf(path, sizeof(path), "%s/in", work);
    if (!write_file(path, (struct bytes){image, CRAFT_SIZE}))
        return none;
    snprintf(command, sizeof(command), "cd %s && %s", work, k->command);
    if (system(command))
        return none;
    snprintf(path, sizeof(path), "%s/out", work);
    packed = read_file(path);
    if (k->appends_size) {
        struct bytes with = craft_append_size(packed, CRAFT_SIZE);
        free((void *)packed.at);
        packed = with;
    }
    bz = craft_bzimage(packed);
    free((void *)packed.at);
    return bz;
}

static bool refuses_truncated(struct bytes bz)
{
    for (size_t size = 0; size < bz.size - 8; size++) {
        struct bytes cut = exact_copy(bz.at, size);
        struct payload p;
        int rc = payload_open(&p, cut.at, cut.size, &memory);

        free((void *)cut.at);
        if (!is_refused(&p, rc)) {
            printf("# %zu bytes: rc %d, \"%s\"\n", size, rc, p.error);
            return false;
        }
    }
    return true;
}

/* Every bit of the file flipped. Where the format has a checksum, a payload that still opens must
 * be the same; elsewhere it must only be a refusal or a kernel. */
static bool survives_flips(const struct packer *k, struct bytes bz, const uint8_t *image)
{
    struct bytes copy = exact_copy(bz.at, bz.size);
    struct payload p;
    bool good = true;

    for (size_t bit = 0; good && bit < bz.size * 8; bit++) {
        uint8_t *at = (uint8_t *)copy.at + bit / 8;
        int rc;

        *at ^= 1 << bit % 8;
        rc = payload_open(&p, copy.at, copy.size, &memory);
        if (rc)
            good = is_refused(&p, rc);
        else if (k->has_checksum)
            good = p.image.size == CRAFT_SIZE && !memcmp(p.image.at, image, CRAFT_SIZE);
        if (!good)
            printf("# bit %zu of byte %zu: rc %d, \"%s\"\n", bit % 8, bit / 8, rc, p.error);
        payload_close(&p);
        *at ^= 1 << bit % 8;
    }
    free((void *)copy.at);
    return good;
}

static bool survives_no_memory(struct bytes bz)
{
    long calls = (counted.calls = 0);
    struct payload p;
    bool good = true;
    int rc = payload_open(&p, bz.at, bz.size, &memory);

    calls = counted.calls;
    payload_close(&p);
    for (long i = 0; good && i < calls; i++) {
        counted.left = i;
        rc = payload_open(&p, bz.at, bz.size, &memory);
        counted.left = -1;
        good = rc == -ENOMEM && is_refused(&p, rc) && strstr(p.error, "not enough memory");
        if (!good)
            printf("# allocation %ld of %ld: rc %d, \"%s\"\n", i, calls, rc, p.error);
    }
    return good;
}

static void test_packer(const struct packer *k, const uint8_t *image)
{
    static const char *const what[] = {"unpacks", "truncated at every byte", "every bit flipped",
                                       "every allocation failing"};
    struct bytes bz = pack(k, image);
    char name[80];

    for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
        snprintf(name, sizeof(name), "%s, %s", k->name, what[i]);
        if (!bz.at)
            check_skipped(name, "the tool is not installed");
        else
            check(i == 0   ? opens_to(bz, image)
                  : i == 1 ? refuses_truncated(bz)
                  : i == 2 ? survives_flips(k, bz, image)
                           : survives_no_memory(bz),
                  name);
    }
    free((void *)bz.at);
}

static void test_load(const uint8_t *image)
{
    uint8_t *window = malloc(CRAFT_SPAN), *expect = calloc(1, CRAFT_SPAN);
    struct bytes module = exact_copy(image, CRAFT_SIZE);
    struct payload p;

    memset(window, 0xaa, CRAFT_SPAN);
    memcpy(expect, image + TEXT_AT, TEXT_SIZE);
    memcpy(expect + 0x2000, image + DATA_AT, DATA_SIZE);
    check(!payload_open(&p, module.at, module.size, &memory), "a plain ELF opens");
    check(!p.unpacked && p.image.at == module.at, "a plain ELF is not copied");
    check(p.kernel_start == CRAFT_BASE + CRAFT_PADDR && p.kernel_end == p.kernel_start + CRAFT_SPAN,
          "kernel_start and kernel_end");
    check(p.entry == CRAFT_ENTRY && p.mod_start_pfn == 1 && p.supported_features == 0x8801 &&
              p.features_required == 1 && p.features_known == 0x11,
          "numbers of 4 and 8 bytes, features");
    payload_load(&p, window);
    check(!memcmp(window, expect, CRAFT_SPAN), "loading copies segments and zeroes the rest");
    payload_close(&p);
    free(window);
    free(expect);
    free((void *)module.at);
}

/* The optional notes really are: without them a kernel opens and the numbers say "absent". */
static void test_optional(void)
{
    static const uint32_t optional[] = {XEN_ELFNOTE_HYPERCALL_PAGE,     XEN_ELFNOTE_INIT_P2M,
                                        XEN_ELFNOTE_HV_START_LOW,       XEN_ELFNOTE_MOD_START_PFN,
                                        XEN_ELFNOTE_SUPPORTED_FEATURES, XEN_ELFNOTE_FEATURES,
                                        XEN_ELFNOTE_PADDR_OFFSET};
    struct craft c = craft_default();
    uint8_t file[CRAFT_SIZE];
    struct payload p;

    for (size_t i = 0; i < ARRAY_SIZE(optional); i++)
        craft_find(&c, optional[i])->type = ~0u;
    craft_write(&c, file);
    check(!payload_open(&p, file, sizeof(file), &memory) && p.hypercall_page == PAYLOAD_ABSENT &&
              p.init_p2m == PAYLOAD_ABSENT && p.hv_start_low == PAYLOAD_ABSENT &&
              p.mod_start_pfn == PAYLOAD_ABSENT && !p.paddr_offset && !p.features_known,
          "optional notes may be absent");
    payload_close(&p);
}

static bool text_is(struct bytes text, const char *wanted)
{
    return text.size == strlen(wanted) && !memcmp(text.at, wanted, text.size);
}

/* What readelf shows for Debian's linux-image-6.1.0-56-amd64. */
static void test_known_kernel(const struct payload *p)
{
    static const struct payload_segment expect[] = {
        {0x1000000, 0, 0x18ea9f0, 0x18ea9f0},
        {0x2a00000, 0, 0x644000, 0x644000},
        {0x3044000, 0, 0x35000, 0x35000},
        {0x3079000, 0, 0x1987000, 0x1987000},
    };
    bool good = p->segments == ARRAY_SIZE(expect);

    for (unsigned i = 0; good && i < p->segments; i++)
        good = p->segment[i].paddr == expect[i].paddr &&
               p->segment[i].file_size == expect[i].file_size &&
               p->segment[i].memory_size == expect[i].memory_size;
    check(good, "Debian 6.1.0-56: segments");
    check(p->image.size == 65906612 && p->kernel_start == 0xffffffff81000000 &&
              p->kernel_end == 0xffffffff84a00000,
          "Debian 6.1.0-56: sizes and place");
    check(p->entry == 0xffffffff830791c0 && p->virt_base == 0xffffffff80000000 && !p->paddr_offset &&
              p->hypercall_page == PAYLOAD_ABSENT && p->hv_start_low == 0xffff800000000000 &&
              p->init_p2m == 0x8000000000 && p->mod_start_pfn == 1 && p->supported_features == 0x8801,
          "Debian 6.1.0-56: numbers");
    check(text_is(p->xen_version, "xen-3.0") && text_is(p->guest_os, "linux") &&
              text_is(p->loader, "generic") &&
              text_is(p->features, "!writable_page_tables|pae_pgdir_above_4gb"),
          "Debian 6.1.0-56: texts");
}

static bool is_known_kernel(struct bytes file)
{
    unsigned at = bytes_hold(file, 0, 0x1000) ? 0x200 + file.at[0x20e] + (file.at[0x20f] << 8) : 0;

    return at && bytes_hold(file, at, 20) && !memcmp(file.at + at, "6.1.0-56-amd64 ", 15);
}

static void test_stock_kernel(const char *path)
{
    struct bytes file = path ? read_file(path) : (struct bytes){NULL, 0};
    struct payload p;
    uint8_t *window;
    int rc;

    if (!file.at) {
        check_skipped("a stock kernel opens and loads", "no kernel image given");
        return;
    }
    counted.peak_bytes = 0;
    rc = payload_open(&p, file.at, file.size, &memory);
    check(!rc, "a stock kernel opens");
    if (rc) {
        printf("# %s\n", p.error);
        return;
    }
    printf("# peak memory %ld bytes, image %zu\n", counted.peak_bytes, p.image.size);
    if (is_known_kernel(file))
        test_known_kernel(&p);
    window = malloc(p.kernel_end - p.kernel_start);
    payload_load(&p, window);
    check(!memcmp(window, p.image.at + p.segment[0].offset, p.segment[0].file_size),
          "a stock kernel loads");
    free(window);
    payload_close(&p);
    check(!counted.live_blocks, "a stock kernel leaves no memory behind");
    free((void *)file.at);
}

static int write_crafts(const char *directory, const uint8_t *image)
{
    for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
        struct bytes bz = pack(&packers[i], image);
        char path[256];

        snprintf(path, sizeof(path), "%s/%s", directory, packers[i].name);
        if (bz.at && !write_file(path, bz))
            return 1;
        free((void *)bz.at);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct craft c = craft_default();
    uint8_t image[CRAFT_SIZE];
    char command[64];
    int rc = 0;

    if (!mkdtemp(work))
        return 1;
    craft_write(&c, image);
    if (argc == 3 && !strcmp(argv[1], "-w")) {
        rc = write_crafts(argv[2], image);
    } else {
        test_load(image);
        test_optional();
        test_refusals();
        test_containers();
        for (size_t i = 0; i < ARRAY_SIZE(packers); i++)
            test_packer(&packers[i], image);
        test_stock_kernel(argc > 1 ? argv[1] : getenv("VMLINUZ"));
        rc = check_end();
    }
    snprintf(command, sizeof(command), "rm -rf %s", work);
    return system(command) || rc;
}
