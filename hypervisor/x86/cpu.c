/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU must hold before it runs a guest: descriptor tables, stacks for the traps that need
 * their own, control registers, and the system-call entry points.
 *
 * [cpu.ist] NMI, #DB, #DF and #MC have stacks of their own before the first guest instruction runs.
 */
#include "x86/cpu.h"
#include "x86/trap.h"
#include "lib/bug.h"
#include "lib/string.h"

#define MSR_SYSENTER_CS  0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_PAT          0x277
#define MSR_STAR         0xc0000081
#define MSR_LSTAR        0xc0000082
#define MSR_CSTAR        0xc0000083
#define MSR_FMASK        0xc0000084

#define DEBUG_STACK_PAGE 7

/* PAT as the ABI promises it to guests: WB WT UC- UC WC WP UC UC. */
#define PAT_VALUE 0x0000050100070406ull

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map;
} __attribute__((packed));

struct gate {
    uint16_t offset0, selector;
    uint8_t ist, type;
    uint16_t offset1;
    uint32_t offset2, reserved;
};

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* Per CPU; the descriptor page is mapped at page 14 of the running vCPU's GDT window. */
static uint64_t gdt_pages[MAX_CPUS][512] __attribute__((aligned(4096)));
static struct tss tss[MAX_CPUS];
static struct gate idt[256];
static struct cpu *cpus[MAX_CPUS];
static unsigned cpus_present;

extern const char trap_stubs[], syscall_stubs[], syscall32_stubs[], entry_sysenter[];
extern uint64_t syscall_slot[MAX_CPUS][2];

_Static_assert(sizeof(struct cpu) == 128, "boot.S leaves 128 bytes for it above the stack");

struct cpu *cpu_by_id(unsigned id)
{
    return id < MAX_CPUS ? cpus[id] : NULL;
}

unsigned cpu_count(void)
{
    return __atomic_load_n(&cpus_present, __ATOMIC_ACQUIRE);
}

static uint64_t stack_top(unsigned id, unsigned page)
{
    return STACKS_VA + (uint64_t)id * STACK_BLOCK + (page + 1) * PAGE_SIZE;
}

struct cpu *cpu_create(mfn_t (*alloc)(void))
{
    unsigned id = cpus_present;
    static const uint8_t pages[] = {1, 3, 5, 7, 9, 10, 11, 12, 13, 14, 15};
    uint64_t block = STACKS_VA + (uint64_t)id * STACK_BLOCK;
    struct cpu *c = (struct cpu *)(block + STACK_BLOCK - sizeof(*c));

    for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
        paging_map(block + pages[i] * PAGE_SIZE, alloc(), true);
    *c = (struct cpu){.id = id};
    return c;
}

void cpu_join(void)
{
    struct cpu *c = this_cpu();

    cpus[c->id] = c;
    __atomic_store_n(&cpus_present, c->id + 1, __ATOMIC_RELEASE); /* one starts after the other */
}

static void set_gate(unsigned vector, unsigned dpl, unsigned ist)
{
    uint64_t to = (uint64_t)trap_stubs + vector * 16;

    idt[vector] = (struct gate){
        .offset0 = (uint16_t)to,
        .selector = SEL_HV_CS,
        .ist = (uint8_t)ist,
        .type = (uint8_t)(0x8e | dpl << 5),
        .offset1 = (uint16_t)(to >> 16),
        .offset2 = (uint32_t)(to >> 32),
    };
}

/* INT n of a guest reaches int3, into and 0x80 directly; other vectors fault and are looked at in
 * C. */
static void idt_fill(void)
{
    for (unsigned v = 0; v < 256; v++)
        set_gate(v, v == TRAP_BP || v == TRAP_OF || v == 0x80 ? 3 : 0, 0);
    set_gate(TRAP_NMI, 0, IST_NMI);
    set_gate(TRAP_DF, 0, IST_DF);
    set_gate(TRAP_MC, 0, IST_MC);
    set_gate(TRAP_DB, 0, IST_DB);
}

static void gdt_fill(unsigned id)
{
    uint64_t base = (uint64_t)&tss[id];
    uint64_t *gdt = gdt_pages[id];

    gdt[(SEL_HV_CS & 0xfff) / 8] = 0x00af9b000000ffff;
    gdt[(SEL_HV_SS & 0xfff) / 8] = 0x00cf93000000ffff;
    gdt[(SEL_GUEST_CS32 & 0xfff) / 8] = 0x00cffb000000ffff;
    gdt[(SEL_GUEST_DS & 0xfff) / 8] = 0x00cff3000000ffff;
    gdt[(SEL_GUEST_CS64 & 0xfff) / 8] = 0x00affb000000ffff;
    gdt[(SEL_TSS & 0xfff) / 8] = 0x0000890000000000 | (sizeof(struct tss) - 1) |
                                 (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
    gdt[(SEL_TSS & 0xfff) / 8 + 1] = base >> 32;
}

mfn_t cpu_gdt_page(unsigned id)
{
    return MFN(((uint64_t)gdt_pages[id] - IMAGE_VA) >> PAGE_SHIFT);
}

static void load_descriptors(unsigned id, uint64_t windows)
{
    struct table_pointer gdtr = {0xffff, windows}, idtr = {sizeof(idt) - 1, (uint64_t)idt};

    __asm__ volatile("lgdt %0" : : "m"(gdtr));
    __asm__ volatile("pushq %0; lea 1f(%%rip), %%rax; push %%rax; lretq; 1:"
                     :
                     : "i"(SEL_HV_CS)
                     : "rax", "memory");
    __asm__ volatile("lidt %0" : : "m"(idtr));
    gdt_pages[id][(SEL_TSS & 0xfff) / 8] &= ~(2ull << 40); /* LTR wants it not busy */
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
    __asm__ volatile("lldt %w0" : : "r"(0));
}

static void syscall_init(unsigned id)
{
    wrmsr(MSR_STAR, (uint64_t)SEL_GUEST_CS32 << 48 | (uint64_t)SEL_HV_CS << 32);
    wrmsr(MSR_LSTAR, (uint64_t)syscall_stubs + id * 32);
    wrmsr(MSR_CSTAR, (uint64_t)syscall32_stubs + id * 32);
    wrmsr(MSR_FMASK,
          FLAG_IF | FLAG_TF | FLAG_DF | FLAG_NT | FLAG_AC | FLAG_RF | FLAG_VM | FLAG_IOPL);
    wrmsr(MSR_SYSENTER_CS, SEL_HV_CS);
    wrmsr(MSR_SYSENTER_ESP, (uint64_t)syscall_slot[id]);
    wrmsr(MSR_SYSENTER_EIP, (uint64_t)entry_sysenter);
    wrmsr(MSR_PAT, PAT_VALUE);
}

#define CPUID7_SMEP (1u << 7) /* leaf 7, ebx */
#define CR4_SMEP    (1ull << 20)

/* Our code never runs from pages a guest can reach. SMAP would also forbid data, but QEMU 7.2 applies it to
 * the wrong accesses; ring 3's pages are read and written only through access.c anyway. */
static void protect_self(void)
{
    if (cpuid(0, 0).eax >= 7 && (cpuid(7, 0).ebx & CPUID7_SMEP))
        write_cr4(read_cr4() | CR4_SMEP);
}

void cpu_init(uint64_t windows)
{
    static const uint8_t ist_pages[] = {[IST_NMI] = 1, [IST_DF] = 3, [IST_MC] = 5, [IST_DB] = DEBUG_STACK_PAGE};
    unsigned id = this_cpu()->id;

    for (unsigned i = 1; i < ARRAY_SIZE(ist_pages); i++)
        tss[id].ist[i - 1] = stack_top(id, ist_pages[i]);
    tss[id].io_map = sizeof(struct tss);
    if (id == 0) /* the others find it filled, and in use */
        idt_fill();
    gdt_fill(id);
    window_set(windows, GDT_RESERVED_PAGE, cpu_gdt_page(id));
    this_cpu()->windows = windows;
    load_descriptors(id, windows);
    syscall_init(id);
    protect_self();
}

void cpu_set_context(struct context *c, uint64_t windows, unsigned ldt_entries)
{
    struct cpu *cpu = this_cpu();
    uint64_t end = (uint64_t)(&c->regs + 1);
    uint64_t ldt = windows + 16 * PAGE_SIZE;
    uint64_t *entry = &gdt_pages[cpu->id][(SEL_LDT & 0xfff) / 8];
    struct table_pointer gdtr = {0xffff, windows};

    c->cpu_stack = (uint64_t)cpu & ~15ull;
    tss[cpu->id].rsp[0] = end;
    syscall_slot[cpu->id][1] = end;
    window_set(windows, GDT_RESERVED_PAGE, cpu_gdt_page(cpu->id));
    __asm__ volatile("lgdt %0" : : "m"(gdtr));
    if (!ldt_entries) {
        __asm__ volatile("lldt %w0" : : "r"(0));
        return;
    }
    entry[0] = 0x0000820000000000 | (ldt_entries * 8 - 1) | (ldt & 0xffffff) << 16 |
               (ldt >> 24 & 0xff) << 56;
    entry[1] = ldt >> 32;
    __asm__ volatile("lldt %w0" : : "r"(SEL_LDT));
}

void cpu_split_debug_stack(bool is_split)
{
    unsigned id = this_cpu()->id;

    tss[id].ist[IST_DB - 1] = stack_top(id, DEBUG_STACK_PAGE) - (is_split ? PAGE_SIZE / 2 : 0);
}
