/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports of failure. Everything here must work with the machine in any state: no locks, no
 * allocation, every pointer checked before it is followed.
 */
#include "x86/report.h"
#include "lib/bug.h"
#include "lib/format.h"
#include "x86/x86.h"

extern const char text_end[], image_start[], image_end[];
extern const struct symbol {
    uint64_t address;
    uint64_t name;
} symbols_start[], symbols_end[];

const char *symbol_name(uint64_t address, uint64_t *offset)
{
    const struct symbol *found = NULL;

    if (address < (uint64_t)image_start || address >= (uint64_t)text_end)
        return NULL;
    for (const struct symbol *s = symbols_start; s < symbols_end && s->address <= address; s++)
        found = s;
    if (!found)
        return NULL;
    *offset = address - found->address;
    return (const char *)found->name;
}

void report_registers(const struct regs *r)
{
    printk("  rip %04lx:%016lx  rsp %04lx:%016lx  rflags %08lx  vector %u error %04x\n", r->cs,
           r->rip, r->ss, r->rsp, r->rflags, r->vector, r->error_code);
    printk("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
    printk("  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx\n", r->rsi, r->rdi, r->rbp, r->r8);
    printk("  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx\n", r->r9, r->r10, r->r11, r->r12);
    printk("  r13 %016lx  r14 %016lx  r15 %016lx\n", r->r13, r->r14, r->r15);
    printk("  cr0 %08lx  cr2 %016lx  cr3 %lx  cr4 %lx\n", read_cr0(), read_cr2(), read_cr3(),
           read_cr4());
}

void report_page_walk(uint64_t cr3, uint64_t va)
{
    uint64_t table = cr3 & 0x000ffffffffff000ull;

    for (int level = 4; level >= 1; level--) {
        unsigned slot = va >> (12 + 9 * (level - 1)) & 511;
        uint64_t entry = ((uint64_t *)direct_map(table))[slot];

        printk("  l%d[%03x] = %016lx\n", level, slot, entry);
        if (!(entry & 1) || (level > 1 && entry & 0x80))
            return;
        table = entry & 0x000ffffffffff000ull;
    }
}

static void print_address(uint64_t address)
{
    uint64_t offset;
    const char *name = symbol_name(address, &offset);

    if (name)
        printk("    %016lx %s+0x%lx\n", address, name, offset);
}

static bool is_our_stack(uint64_t p)
{
    return p % 8 == 0 && ((p >= STACKS_VA && p < IMAGE_VA) ||
                          (p >= (uint64_t)image_start && p < (uint64_t)image_end));
}

static void report_back_trace(uint64_t rip, uint64_t frame)
{
    print_address(rip);
    for (int depth = 0; depth < 24 && is_our_stack(frame); depth++) {
        const uint64_t *f = (const uint64_t *)frame;

        print_address(f[1]);
        if (f[0] <= frame)
            break;
        frame = f[0];
    }
}

void report_panic(const struct regs *r, const char *what)
{
    cpus_stop();
    printk("PANIC: %s on CPU %u\n", what, this_cpu()->id);
    report_registers(r);
    if (r->vector == TRAP_PF)
        report_page_walk(read_cr3(), read_cr2());
    report_back_trace(r->rip, r->rbp);
    on_machine_end(true);
    machine_halt();
}

/* One line, formatted on the stack: printk() itself has no va_list form. */
static void print_line(const char *prefix, const char *fmt, va_list ap)
{
    char text[256];

    format_va(text, sizeof(text), fmt, ap);
    printk("%s: %s\n", prefix, text);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    cpus_stop();
    va_start(ap, fmt);
    print_line("PANIC", fmt, ap);
    va_end(ap);
    report_back_trace((uint64_t)__builtin_return_address(0), (uint64_t)__builtin_frame_address(0));
    on_machine_end(true);
    machine_halt();
}

void cannot_start(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_line("cannot start", fmt, ap);
    va_end(ap);
    machine_halt();
}
