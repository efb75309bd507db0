/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading ACPI tables (ACPI specification 6.4, chapter 5).
 *
 * [acpi.bounds] nothing is read that `map` did not hand out, and nothing inside a table beyond its
 * stated length: firmware is trusted to be honest, not to be right. Fields are fetched byte by byte, the
 * tables are not aligned.
 *
 * The one thing wanted from AML is the package \_S5: two small constants, found by its name and read
 * only if it has the plain form compilers give it.
 */
#include "x86/acpi.h"
#include "lib/errno.h"
#include "lib/string.h"

#define HEADER_BYTES 36
#define TABLE_MAX    (4u << 20)
#define ROOT_ENTRIES 256

struct table {
    const uint8_t *p;
    uint32_t n;
};

static uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;

    while (bytes--)
        v = v << 8 | p[bytes];
    return v;
}

/* A field of a table; 0 when the table is too old and short to have it. */
static uint64_t field(const struct table *t, uint32_t at, unsigned bytes)
{
    return at + bytes <= t->n ? get(t->p + at, bytes) : 0;
}

static bool sum_is_zero(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;

    while (n--)
        sum = (uint8_t)(sum + *p++);
    return !sum;
}

static bool table_open(struct table *t, uint64_t phys, acpi_map *map)
{
    const uint8_t *p = phys ? map(phys, HEADER_BYTES) : NULL;

    if (!p)
        return false;
    t->n = (uint32_t)get(p + 4, 4);
    if (t->n < HEADER_BYTES || t->n > TABLE_MAX)
        return false;
    t->p = map(phys, t->n);
    return t->p && sum_is_zero(t->p, t->n);
}

static bool has_signature(const struct table *t, const char *signature)
{
    return !memcmp(t->p, signature, 4);
}

/* --- MADT (5.2.12) --- */

static void madt_cpu(struct acpi *a, uint32_t apic_id, uint32_t acpi_id, uint32_t flags)
{
    if ((flags & 1) && a->cpus < ACPI_CPUS)
        a->cpu[a->cpus++] = (struct acpi_cpu){apic_id, acpi_id};
}

static void madt_ioapic(struct acpi *a, const uint8_t *e)
{
    if (a->ioapics < ACPI_IOAPICS)
        a->ioapic[a->ioapics++] = (struct acpi_ioapic){
            .id = e[2],
            .phys = (uint32_t)get(e + 4, 4),
            .first_gsi = (uint32_t)get(e + 8, 4),
        };
}

/* Flags: polarity in bits 0-1 (3 = low), trigger in bits 2-3 (3 = level); 0 is the bus's habit, and the
 * ISA bus is edge, high. */
static void madt_override(struct acpi *a, const uint8_t *e)
{
    unsigned flags = (unsigned)get(e + 8, 2);

    if (e[2] == 0 && a->overrides < ACPI_OVERRIDES)
        a->override[a->overrides++] = (struct acpi_override){
            .irq = e[3],
            .gsi = (uint32_t)get(e + 4, 4),
            .is_low = (flags & 3) == 3,
            .is_level = (flags >> 2 & 3) == 3,
        };
}

static void madt_entry(struct acpi *a, const uint8_t *e, unsigned n)
{
    if (e[0] == 0 && n >= 8)
        madt_cpu(a, e[3], e[2], (uint32_t)get(e + 4, 4));
    else if (e[0] == 1 && n >= 12)
        madt_ioapic(a, e);
    else if (e[0] == 2 && n >= 10)
        madt_override(a, e);
    else if (e[0] == 9 && n >= 16)
        madt_cpu(a, (uint32_t)get(e + 4, 4), (uint32_t)get(e + 12, 4), (uint32_t)get(e + 8, 4));
}

static void parse_madt(struct acpi *a, const struct table *t)
{
    for (uint32_t at = 44; at + 2 <= t->n;) {
        const uint8_t *e = t->p + at;

        if (e[1] < 2 || e[1] > t->n - at)
            return;
        madt_entry(a, e, e[1]);
        at += e[1];
    }
}

/* --- _S5_ in the DSDT (20.2: NameOp "_S5_" PackageOp PkgLength NumElements elements) --- */

enum { AML_ZERO = 0x00, AML_ONE = 0x01, AML_NAME = 0x08, AML_BYTE = 0x0a, AML_PACKAGE = 0x12 };

/* A small constant at *at, which moves behind it; -1 for anything else. */
static int aml_constant(const struct table *t, uint32_t *at)
{
    uint8_t op = (uint8_t)field(t, *at, 1);

    if (*at >= t->n)
        return -1;
    ++*at;
    if (op == AML_ZERO || op == AML_ONE)
        return op;
    if (op != AML_BYTE || *at >= t->n)
        return -1;
    return t->p[(*at)++];
}

static bool parse_s5_at(struct acpi *a, const struct table *t, uint32_t at)
{
    int type_a, type_b;

    if (field(t, at, 1) != AML_PACKAGE)
        return false;
    at += 2 + (uint32_t)(field(t, at + 1, 1) >> 6); /* the length's first byte says how many follow it */
    at += 1;                       /* number of elements */
    type_a = aml_constant(t, &at);
    type_b = aml_constant(t, &at);
    if (type_a < 0 || type_a > 7)
        return false;
    a->s5_type_a = (uint8_t)type_a;
    a->s5_type_b = type_b >= 0 && type_b <= 7 ? (uint8_t)type_b : 0;
    return true;
}

static void parse_dsdt(struct acpi *a, const struct table *t)
{
    for (uint32_t at = HEADER_BYTES; at + 5 < t->n && !a->has_s5; at++)
        if (!memcmp(t->p + at, "_S5_", 4) &&
            (t->p[at - 1] == AML_NAME || (t->p[at - 1] == '\\' && t->p[at - 2] == AML_NAME)))
            a->has_s5 = parse_s5_at(a, t, at + 4);
}

/* --- FADT (5.2.9) --- */

enum { FADT_TIMER_32 = 1 << 8, FADT_HAS_RESET = 1 << 10, SPACE_IO = 1 };

/* A block given by its 32-bit port, or by the later 12-byte generic address. */
static uint16_t fadt_port(const struct table *t, uint32_t old, uint32_t generic)
{
    uint64_t port = field(t, old, 4);

    if (!port && field(t, generic, 1) == SPACE_IO)
        port = field(t, generic + 4, 8);
    return port <= 0xfffc ? (uint16_t)port : 0;
}

static void parse_fadt(struct acpi *a, const struct table *t, acpi_map *map)
{
    uint32_t flags = (uint32_t)field(t, 112, 4);
    struct table dsdt;

    a->sci = (uint16_t)field(t, 46, 2);
    a->pm1a_control = fadt_port(t, 64, 172);
    a->pm1b_control = fadt_port(t, 68, 184);
    a->pm_timer = fadt_port(t, 76, 208);
    a->pm_timer_bits = flags & FADT_TIMER_32 ? 32 : 24;
    a->century = (uint8_t)field(t, 108, 1);
    if ((flags & FADT_HAS_RESET) && field(t, 116, 1) == SPACE_IO && field(t, 120, 8) <= 0xffff) {
        a->reset_port = (uint16_t)field(t, 120, 8);
        a->reset_value = (uint8_t)field(t, 128, 1);
    }
    if ((table_open(&dsdt, field(t, 140, 8), map) || table_open(&dsdt, field(t, 40, 4), map)) &&
        has_signature(&dsdt, "DSDT"))
        parse_dsdt(a, &dsdt);
}

/* --- The root --- */

static void parse_table(struct acpi *a, const struct table *t, acpi_map *map)
{
    if (has_signature(t, "APIC"))
        parse_madt(a, t);
    else if (has_signature(t, "FACP"))
        parse_fadt(a, t, map);
}

static bool parse_root(struct acpi *a, uint64_t phys, const char *signature, unsigned width,
                       acpi_map *map)
{
    struct table root, t;

    if (!table_open(&root, phys, map) || !has_signature(&root, signature))
        return false;
    for (unsigned i = 0; i < ROOT_ENTRIES && HEADER_BYTES + (i + 1) * width <= root.n; i++)
        if (table_open(&t, get(root.p + HEADER_BYTES + i * width, width), map))
            parse_table(a, &t, map);
    return true;
}

static bool is_rsdp(const uint8_t *p)
{
    return p && !memcmp(p, "RSD PTR ", 8) && sum_is_zero(p, 20);
}

/* A BIOS leaves it in the first KiB of the EBDA or in the ROM area (5.2.5.1). */
static uint64_t find_rsdp(acpi_map *map)
{
    const uint8_t *segment = map(0x40e, 2);
    uint64_t ebda = segment ? get(segment, 2) << 4 : 0;

    for (uint64_t at = ebda; ebda >= 0x400 && at < ebda + 1024; at += 16)
        if (is_rsdp(map(at, 20)))
            return at;
    for (uint64_t at = 0xe0000; at < 0x100000; at += 16)
        if (is_rsdp(map(at, 20)))
            return at;
    return 0;
}

int acpi_parse(struct acpi *a, uint64_t rsdp, acpi_map *map)
{
    const uint8_t *p, *extended;

    *a = (struct acpi){.sci = 9};
    if (!rsdp)
        rsdp = find_rsdp(map);
    p = rsdp ? map(rsdp, 20) : NULL;
    if (!is_rsdp(p))
        return -ENOENT;
    extended = p[15] >= 2 ? map(rsdp, 36) : NULL;
    if (extended && sum_is_zero(extended, 36) && get(extended + 24, 8) &&
        parse_root(a, get(extended + 24, 8), "XSDT", 8, map))
        return 0;
    return parse_root(a, get(p + 16, 4), "RSDT", 4, map) ? 0 : -ENOENT;
}

struct acpi_override acpi_isa_irq(const struct acpi *a, uint8_t irq)
{
    for (unsigned i = 0; i < a->overrides; i++)
        if (a->override[i].irq == irq)
            return a->override[i];
    return (struct acpi_override){.irq = irq, .gsi = irq};
}
