/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables, good and corrupt. Proves [acpi.bounds]: each mapping the parser asks for is a heap block of
 * exactly the size asked for, so the address sanitizer sees any byte read beyond it.
 */
#include "ci/tap.h"
#include "lib/errno.h"
#include "x86/acpi.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY  0x110000u
#define RSDP    0xf5a40u
#define XSDT    0x100000u
#define RSDT    0x100100u
#define MADT    0x100200u
#define FADT    0x100400u
#define DSDT    0x100600u
#define TABLES  0x800u /* bytes from XSDT that hold tables */

static uint8_t memory[MEMORY];
static void *blocks[65536];
static unsigned blocks_used;

static const uint8_t *map(uint64_t phys, size_t n)
{
    if (phys >= MEMORY || n > MEMORY - phys || blocks_used == 65536)
        return NULL;
    uint8_t *p = malloc(n ? n : 1);
    memcpy(p, memory + phys, n);
    blocks[blocks_used++] = p;
    return p;
}

static int parse(struct acpi *a, uint64_t rsdp)
{
    int rc = acpi_parse(a, rsdp, map);

    while (blocks_used)
        free(blocks[--blocks_used]);
    return rc;
}

static void put(uint32_t at, unsigned bytes, uint64_t v)
{
    memcpy(memory + at, &v, bytes);
}

static void fix_sum(uint32_t at, uint32_t n, uint32_t where)
{
    uint8_t sum = 0;

    memory[at + where] = 0;
    for (uint32_t i = 0; i < n && at + i < MEMORY; i++)
        sum = (uint8_t)(sum + memory[at + i]);
    memory[at + where] = (uint8_t)-sum;
}

static void table(uint32_t at, const char *signature, uint32_t n)
{
    memcpy(memory + at, signature, 4);
    put(at + 4, 4, n);
    fix_sum(at, n, 9);
}

static uint32_t entry(uint32_t at, const void *bytes, unsigned n)
{
    memcpy(memory + at, bytes, n);
    return at + n;
}

/* Two CPUs and a disabled one, one IO-APIC, three overrides (the third on no ISA bus). */
static uint32_t madt_fill(void)
{
    uint32_t at = MADT + 44;

    put(MADT + 36, 4, 0xfee00000);
    at = entry(at, "\x00\x08\x00\x00\x01\x00\x00\x00", 8);
    at = entry(at, "\x00\x08\x01\x04\x01\x00\x00\x00", 8);
    at = entry(at, "\x00\x08\x02\x05\x00\x00\x00\x00", 8);
    at = entry(at, "\x01\x0c\x00\x00\x00\x00\xc0\xfe\x00\x00\x00\x00", 12);
    at = entry(at, "\x02\x0a\x00\x00\x02\x00\x00\x00\x00\x00", 10);
    at = entry(at, "\x02\x0a\x00\x09\x09\x00\x00\x00\x0f\x00", 10);
    at = entry(at, "\x02\x0a\x01\x05\x09\x00\x00\x00\x0f\x00", 10);
    at = entry(at, "\x04\x06\xff\x00\x00\x01", 6); /* NMI: none of ours */
    return at - MADT;
}

static void fadt_fill(void)
{
    put(FADT + 40, 4, DSDT);
    put(FADT + 46, 2, 9);
    put(FADT + 64, 4, 0x604);
    put(FADT + 76, 4, 0x608);
    put(FADT + 108, 1, 0x32);
    put(FADT + 112, 4, 1 << 8 | 1 << 10);
    put(FADT + 116, 1, 1);
    put(FADT + 120, 8, 0xcf9);
    put(FADT + 128, 1, 0x0f);
}

static void all_fill(void)
{
    memset(memory + RSDP, 0, 36);
    memset(memory + XSDT, 0, TABLES);
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = 2;
    put(RSDP + 16, 4, RSDT);
    put(RSDP + 20, 4, 36);
    put(RSDP + 24, 8, XSDT);
    fix_sum(RSDP, 20, 8);
    fix_sum(RSDP, 36, 32);
    put(XSDT + 36, 8, MADT);
    put(XSDT + 44, 8, FADT);
    table(XSDT, "XSDT", 52);
    put(RSDT + 36, 4, MADT);
    put(RSDT + 40, 4, FADT);
    table(RSDT, "RSDT", 44);
    table(MADT, "APIC", madt_fill());
    fadt_fill();
    table(FADT, "FACP", 244);
    memcpy(memory + DSDT + 60, "\x08_S5_\x12\x08\x04\x0a\x05\x0a\x06\x00\x00", 14);
    table(DSDT, "DSDT", 100);
}

static void good(void)
{
    struct acpi a;

    all_fill();
    check(parse(&a, 0) == 0, "the root pointer is found");
    check(a.cpus == 2 && a.cpu[1].apic_id == 4 && a.cpu[1].acpi_id == 1, "two enabled CPUs");
    check(a.ioapics == 1 && a.ioapic[0].phys == 0xfec00000, "an IO-APIC");
    check(a.overrides == 2, "two overrides of the ISA bus");
    check(acpi_isa_irq(&a, 0).gsi == 2 && !acpi_isa_irq(&a, 0).is_level, "ISA 0 is GSI 2, edge");
    check(acpi_isa_irq(&a, 9).is_level && acpi_isa_irq(&a, 9).is_low, "ISA 9 is level, low");
    check(acpi_isa_irq(&a, 4).gsi == 4 && !acpi_isa_irq(&a, 4).is_low, "ISA 4 is as ever");
    check(a.pm_timer == 0x608 && a.pm_timer_bits == 32 && a.sci == 9 && a.century == 0x32, "the FADT");
    check(a.reset_port == 0xcf9 && a.reset_value == 0x0f, "the reset register");
    check(a.has_s5 && a.s5_type_a == 5 && a.s5_type_b == 6 && a.pm1a_control == 0x604, "S5");
    check(parse(&a, RSDP) == 0 && a.cpus == 2, "the loader's root pointer");
    memory[RSDP + 15] = 0;
    fix_sum(RSDP, 20, 8);
    check(parse(&a, 0) == 0 && a.cpus == 2, "an old root pointer: the RSDT");
}

static void corrupt_root(void)
{
    struct acpi a;

    all_fill();
    memory[RSDP + 9]++;
    check(parse(&a, 0) == -ENOENT, "a root pointer with a wrong sum");
    check(parse(&a, 0x10fff0) == -ENOENT && parse(&a, ~0ull) == -ENOENT, "an address of nothing");
    all_fill();
    memory[XSDT + 30]++;
    check(parse(&a, 0) == 0 && a.cpus == 2, "an XSDT with a wrong sum: the RSDT serves");
    memory[RSDT + 30]++;
    check(parse(&a, 0) == -ENOENT, "both wrong");
    all_fill();
    table(XSDT, "XSDT", 51);
    check(parse(&a, 0) == 0 && a.cpus == 2 && !a.pm_timer, "an entry cut in two is not read");
    all_fill();
    put(XSDT + 36, 8, ~0ull - 10);
    table(XSDT, "XSDT", 52);
    check(parse(&a, 0) == 0 && !a.cpus && a.pm_timer, "an entry that points nowhere is left out");
}

static void corrupt_tables(void)
{
    struct acpi a;

    all_fill();
    memory[MADT + 44]++;
    check(parse(&a, 0) == 0 && !a.cpus && !a.ioapics, "a MADT with a wrong sum is left out");
    all_fill();
    memory[MADT + 44 + 1] = 0;
    table(MADT, "APIC", 120);
    check(parse(&a, 0) == 0 && !a.cpus, "an entry of length 0 ends the MADT");
    all_fill();
    table(MADT, "APIC", 44 + 8 + 8 + 8 + 11);
    check(parse(&a, 0) == 0 && a.cpus == 2 && !a.ioapics, "an entry beyond the end is not read");
    all_fill();
    put(MADT + 4, 4, 0x7fffffff);
    check(parse(&a, 0) == 0 && !a.cpus, "a length of 2 GiB");
    all_fill();
    put(MADT + 4, 4, 20);
    check(parse(&a, 0) == 0 && !a.cpus, "a length below the header's");
    all_fill();
    table(FADT, "FACP", 74);
    check(parse(&a, 0) == 0 && a.pm1a_control == 0x604 && !a.pm_timer && !a.reset_port,
          "a short FADT: what is missing is absent");
    all_fill();
    put(FADT + 76, 4, 0x12345608);
    table(FADT, "FACP", 244);
    check(parse(&a, 0) == 0 && !a.pm_timer, "a port beyond 64 KiB is none");
}

static void many(void)
{
    struct acpi a;

    all_fill();
    for (unsigned i = 0; i < 50; i++)
        entry(MADT + 44 + 8 * i, "\x00\x08\x00\x00\x01\x00\x00\x00", 8);
    table(MADT, "APIC", 44 + 8 * 50); /* and as many again, from a second MADT */
    put(XSDT + 44, 8, MADT);
    table(XSDT, "XSDT", 52);
    check(parse(&a, 0) == 0 && a.cpus == ACPI_CPUS, "more CPUs than we keep");
}

static bool s5_is(const char *aml, unsigned n)
{
    struct acpi a;

    all_fill();
    memset(memory + DSDT + 36, 0, 100);
    memcpy(memory + DSDT + 40, aml, n);
    table(DSDT, "DSDT", 40 + n);
    return parse(&a, 0) == 0 && a.has_s5;
}

static void sleep_states(void)
{
    check(s5_is("\x08_S5_\x12\x06\x04\x00\x00\x00\x00", 12), "S5 of zeros, as QEMU has it");
    check(s5_is("\x08\\_S5_\x12\x41\x00\x04\x01\x01\x00\x00", 14), "with a root prefix and a longer length");
    check(!s5_is("\x08_S5_\x12\x06\x04\x0a", 9), "cut in the middle of a constant");
    check(!s5_is("\x08_S5_", 5) && !s5_is("\x08_S5", 4), "cut in or after the name");
    check(!s5_is("\x08_S5_\x12", 6), "cut after the package");
    check(!s5_is("\x08_S5_\x12\x06\x04\x0a\x09\x00", 11), "a sleep type of 9");
    check(!s5_is("\x08_S5_\x12\x06\x04\x11\x09\x00", 11), "no constant");
    check(!s5_is("_S5_\x12\x06\x04\x00\x00", 9), "a use of the name, not its definition");
}

/* Random bytes in all tables, the sums put right so that the parser goes on. */
static void fuzz(void)
{
    static const uint32_t tables[] = {XSDT, RSDT, MADT, FADT, DSDT};
    unsigned parsed = 0;
    bool sane = true;

    for (int round = 0; round < 20000; round++) {
        struct acpi a;

        all_fill();
        for (int k = rand() % 12; k >= 0; k--)
            memory[XSDT + (unsigned)rand() % TABLES] = (uint8_t)(rand() % 4 ? rand() : -(rand() & 1));
        for (unsigned t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
            uint32_t n;

            memcpy(&n, memory + tables[t] + 4, 4);
            fix_sum(tables[t], n < MEMORY ? n : 0, 9);
        }
        parsed += parse(&a, RSDP) == 0;
        sane &= a.cpus <= ACPI_CPUS && a.ioapics <= ACPI_IOAPICS && a.overrides <= ACPI_OVERRIDES;
    }
    printf("# %u parsed\n", parsed);
    check(parsed > 10000 && sane, "20,000 corrupt sets of tables");
}

int main(void)
{
    srand(1);
    good();
    corrupt_root();
    corrupt_tables();
    many();
    sleep_states();
    fuzz();
    return check_end();
}
