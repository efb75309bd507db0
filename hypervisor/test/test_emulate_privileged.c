/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileged instructions, assembled, placed in a guest's memory and carried out on a machine of
 * variables. Proves [emulate.mode], [emulate.bounded], [control.owned], [debug.outside] and
 * [debug.plain].
 */
#include <sys/mman.h>

#include "hypercalls.h"
#include "lib/string.h"
#include "machine.h"
#include "pv/decode.h"
#include "pv/emulate.h"

static struct domain domain;
static struct vcpu vcpu;
static struct regs *const r = &vcpu.ctx.regs;
static struct emulate_fault fault;
static uint8_t *code, *data; /* a page each; data2 follows data */
static unsigned code_bytes;

static void start(void)
{
    machine_reset(&vcpu, &domain);
    domain.is_hardware = true;
    vcpu.iopl = 1;
    machine.region[0] = (struct region){code, PAGE_SIZE, false, 0};
    machine.region[1] = (struct region){data, PAGE_SIZE, true, 0};
    machine.msr[0].number = 0xc0000101;
    ports_init(0);
    cpuid_init(0, false);
    memset(data, 0xee, 2 * PAGE_SIZE);
}

static enum emulate_result run(const uint8_t *from, const uint8_t *to)
{
    code_bytes = to - from;
    memset(code, 0xcc, PAGE_SIZE);
    memcpy(code, from, code_bytes);
    r->rip = (uint64_t)code;
    r->rflags |= FLAG_RF;
    memset(&fault, 0xa5, sizeof(fault));
    return emulate_privileged(&vcpu, &fault);
}

/* Assembles `insn` (with %% for %) and gives it to emulate_privileged() with the registers as they
 * are. */
#define RUN(insn)                                                                                  \
    ({                                                                                             \
        const uint8_t *from_, *to_;                                                                \
        __asm__(".pushsection .rodata\n771: " insn "\n772:\n.popsection\n"                         \
                "lea 771b(%%rip), %0\nlea 772b(%%rip), %1"                                         \
                : "=&r"(from_), "=&r"(to_));                                                       \
        run(from_, to_);                                                                           \
    })

static bool is_advanced(void)
{
    return r->rip == (uint64_t)code + code_bytes && !(r->rflags & FLAG_RF);
}

#define DONE(insn)      (RUN(insn) == EMULATE_DONE && is_advanced())
#define REFLECTED(insn) (RUN(insn) == EMULATE_REFLECT && r->rip == (uint64_t)code)

/* --- Ports --- */

static bool io_was(unsigned i, bool write, uint16_t port, unsigned bytes, uint32_t value)
{
    const struct io_access *a = &machine.io[i];

    return a->write == write && a->port == port && a->bytes == bytes && a->value == value;
}

static void check_ports(void)
{
    start();
    machine.io_answer = 0x89abcdef;
    r->rax = ~0ull;
    check(DONE("inb $0x80, %%al") && r->rax == 0xffffffffffffffef &&
              io_was(0, false, 0x80, 1, 0xef),
          "in al, imm keeps the rest of rax");
    r->rdx = 0xffff000000001234;
    check(DONE("inw %%dx, %%ax") && r->rax == 0xffffffffffffcdef &&
              io_was(1, false, 0x1234, 2, 0xcdef),
          "in ax, dx");
    check(DONE("inl %%dx, %%eax") && r->rax == 0x89abcdef, "in eax, dx clears the upper half");
    r->rax = 0xfedcba9876543210;
    check(DONE("outb %%al, %%dx") && io_was(3, true, 0x1234, 1, 0x10), "out dx, al");
    check(DONE("outl %%eax, $0x99") && io_was(4, true, 0x99, 4, 0x76543210), "out imm, eax");
    vcpu.iopl = 0;
    check(REFLECTED("inb %%dx, %%al") && machine.io_count == 5,
          "without privilege: reflected, untouched");
    vcpu.iopl = 1;
    vcpu.in_user = true;
    check(REFLECTED("outb %%al, %%dx") && machine.io_count == 5, "user mode: reflected, untouched");
    vcpu.iopl = 3;
    check(DONE("outb %%al, %%dx") && machine.io_count == 6, "user mode with IOPL 3");
    check(DONE("cli") && DONE("sti"), "cli and sti with IOPL 3");
    vcpu.iopl = 1;
    check(REFLECTED("cli") && REFLECTED("sti"), "cli and sti in user mode");
    vcpu.in_user = false;
    check(DONE("cli") && DONE("sti"), "cli and sti in the kernel");
}

static void check_code_segment(void)
{
    start();
    r->cs = 0x33;
    check(DONE("inb %%dx, %%al"), "the guest's own 64-bit segment");
    r->cs = 0x23;
    check(REFLECTED("inb %%dx, %%al"), "32-bit code is reflected");
    r->cs = SEL_GUEST_CS64;
    machine.region[0].bytes = 0;
    check(REFLECTED("inb %%dx, %%al"), "code that cannot be read is reflected");
}

/* --- Strings --- */

static void check_ins(void)
{
    start();
    machine.io_answer = 0x40;
    machine.io_step = 1;
    r->rdi = (uint64_t)data + 16;
    r->rcx = 5;
    r->rdx = 0x1f0;
    check(DONE("rep insb") && r->rcx == 0 && r->rdi == (uint64_t)data + 21 &&
              memcmp(data + 15, "\xee\x40\x41\x42\x43\x44\xee", 7) == 0,
          "rep insb");
    r->rcx = 77;
    check(DONE("insw") && r->rcx == 77 && r->rdi == (uint64_t)data + 23 && data[21] == 0x45,
          "insw alone leaves rcx");
    r->rdi = (uint64_t)data + 100;
    r->rcx = 150;
    machine.io_count = 0;
    check(RUN("rep insl") == EMULATE_DONE && r->rip == (uint64_t)code && r->rcx == 86 &&
              r->rdi == (uint64_t)data + 100 + 256 && machine.io_count == 64,
          "rep insl stops after 64 and goes on at the same instruction");
    r->rcx = 0;
    check(DONE("rep insl") && machine.io_count == 64, "rep with rcx 0 does nothing");
    r->rflags |= FLAG_DF;
    r->rcx = 2;
    r->rdi = (uint64_t)data + 50;
    check(RUN("rep insb") == EMULATE_DONE && r->rdi == (uint64_t)data + 49 && r->rcx == 1,
          "backwards");
}

static void check_string_faults(void)
{
    start();
    r->rdx = 0x1f0;
    r->rdi = (uint64_t)data + PAGE_SIZE - 8;
    r->rcx = 4;
    check(RUN("rep insl") == EMULATE_DONE && r->rcx == 2 && machine.io_count == 2,
          "a string stops at the end of a page");
    check(RUN("rep insl") == EMULATE_FAULT && fault.vector == TRAP_PF &&
              fault.address == (uint64_t)data + PAGE_SIZE && fault.error_code == PF_WRITE &&
              r->rcx == 2 && machine.io_count == 2,
          "the next page faults before the device is asked");
    r->rdi = (uint64_t)data + PAGE_SIZE - 1;
    check(RUN("insl") == EMULATE_FAULT && fault.address == (uint64_t)data + PAGE_SIZE &&
              machine.io_count == 2,
          "an element across two pages names the one that is missing");
    machine.region[1].writable = false;
    r->rdi = (uint64_t)data;
    check(RUN("insb") == EMULATE_FAULT && fault.error_code == (PF_WRITE | PF_PRESENT),
          "a page that is read-only");
    r->rsi = HOLE_START + 0x8000000000;
    check(RUN("outsb") == EMULATE_FAULT && fault.address == r->rsi && fault.error_code == 0 &&
              machine.io_count == 2,
          "the hypervisor's memory is not sent");
    r->rsi = 1ull << 47;
    check(REFLECTED("outsb"), "an address that is not canonical: #GP");
    vcpu.iopl = 0;
    r->rsi = (uint64_t)data;
    check(REFLECTED("outsb") && machine.io_count == 2, "strings need privilege too");
}

static void check_outs(void)
{
    start();
    memcpy(data + 8, "abcdefgh", 8);
    r->rsi = (uint64_t)data + 8;
    r->rcx = 2;
    r->rdx = 0x80;
    check(DONE("rep outsl") && io_was(0, true, 0x80, 4, 0x64636261) &&
              io_was(1, true, 0x80, 4, 0x68676665) && r->rsi == (uint64_t)data + 16,
          "rep outsl");
    machine.msr[0].value = (uint64_t)data;
    r->rsi = 9;
    check(DONE("outsb %%gs:(%%rsi), %%dx") && io_was(2, true, 0x80, 1, 'b') && r->rsi == 10,
          "outsb through gs");
}

/* --- Registers --- */

static void check_base(void)
{
    uint64_t rip;

    r->rbx = 0x78000;
    check(DONE("mov %%rbx, %%cr3") && machine.base == 0x78, "cr3: a new base");
    machine.base_answer = -EINVAL;
    check(REFLECTED("mov %%rbx, %%cr3"), "cr3: a base refused");
    machine.base_answer = -ERESTART;
    rip = r->rip;
    check(emulate_privileged(&vcpu, &fault) == EMULATE_DONE && r->rip == rip, "cr3: once more");
    machine.base_answer = 0;
}

static void check_control(void)
{
    start();
    vcpu.info->arch.cr2 = 0xabc;
    check(DONE("mov %%cr0, %%r9") && r->r9 == 0x80050033, "cr0");
    check(DONE("mov %%cr2, %%rsp") && r->rsp == 0xabc, "cr2");
    check(DONE("mov %%cr3, %%rax") && r->rax == 0x77000, "cr3");
    check(DONE("mov %%cr4, %%rax") && r->rax == 0x620, "cr4 without global pages");
    r->rbx = 0x8005003b;
    check(DONE("mov %%rbx, %%cr0") && vcpu.cr0_ts == 8 && machine.cr0 == 0x8005003b, "cr0: TS set");
    check(DONE("clts") && vcpu.cr0_ts == 0 && machine.cr0 == 0x80050033, "clts");
    r->rbx = 0x80040033;
    check(REFLECTED("mov %%rbx, %%cr0") && machine.cr0 == 0x80050033, "cr0: nothing but TS");
    r->rbx = 0x3006ac;
    check(DONE("mov %%rbx, %%cr4") && vcpu.cr4 == 0xc && machine.cr4 == 0x6ac,
          "cr4: only the guest's bits count");
    check(DONE("rdtsc"), "rdtsc with TSD");
    r->rax = 0xdef;
    check(DONE("mov %%rax, %%cr2") && vcpu.info->arch.cr2 == 0xdef, "cr2: the guest's word");
    check_base();
    check(REFLECTED("mov %%cr8, %%rax"), "others are reflected");
    vcpu.in_user = true;
    check(REFLECTED("mov %%cr0, %%rax") && REFLECTED("clts") && REFLECTED("wrmsr") &&
              REFLECTED("rdtsc") && REFLECTED("mov %%db7, %%rax") && REFLECTED("wbinvd") &&
              REFLECTED("xsetbv"),
          "user mode: all reflected");
}

static void check_switch(void)
{
    static struct vcpu other;

    start();
    ts_write(&vcpu, true);
    vcpu.cr4 = CR4_TSD;
    control_load(&vcpu);
    check(machine.cr0 & CR0_TS && machine.cr4 == 0x6a4, "a vCPU's own bits are in force");
    control_load(&other);
    check(!(machine.cr0 & CR0_TS) && machine.cr4 == 0x6a0, "and gone with it");
    control_load(&vcpu);
    check(ts_trap(&vcpu) && !(machine.cr0 & CR0_TS) && !ts_trap(&vcpu), "#NM clears TS");
    check(hc_fpu_taskswitch(&vcpu, 1) == 0 && machine.cr0 & CR0_TS, "fpu_taskswitch(1)");
    check(hc_fpu_taskswitch(&vcpu, 0) == 0 && !(machine.cr0 & CR0_TS), "fpu_taskswitch(0)");
}

static void check_msr_and_cpuid(void)
{
    start();
    r->rcx = 0xc0000101;
    r->rax = 0x1183044000;
    r->rdx = 0xaaffffffff;
    check(DONE("wrmsr") && machine.msr[0].value == 0xffffffff83044000, "wrmsr");
    r->rax = r->rdx = 0;
    check(DONE("rdmsr") && r->rax == 0x83044000 && r->rdx == 0xffffffff, "rdmsr");
    r->rcx = 0x3a;
    check(REFLECTED("rdmsr") && REFLECTED("wrmsr"), "unknown MSRs are reflected");
    check(DONE("wbinvd") && machine.wbinvds == 1, "wbinvd");
    domain.is_hardware = false;
    check(DONE("invd") && machine.wbinvds == 1, "invd of a domain without devices does nothing");
    check(REFLECTED("hlt") && REFLECTED("swapgs") && REFLECTED("invlpg (%%rax)") &&
              REFLECTED("mov %%rax, (%%rax)") && REFLECTED("cpuid"),
          "what is not listed is reflected");
}

static enum emulate_result forced(const char *bytes, unsigned n)
{
    memset(code, 0xcc, PAGE_SIZE);
    memcpy(code, bytes, n);
    r->rip = (uint64_t)code;
    r->rax = 0xffffffff40000000;
    return emulate_forced(&vcpu);
}

static void check_forced(void)
{
    start();
    vcpu.in_user = true;
    check(forced("\x0f\x0bxen\x0f\xa2", 7) == EMULATE_DONE && r->rip == (uint64_t)code + 7 &&
              r->rbx == 0x566e6558 && r->rax == 0x40000005,
          "forced cpuid, from user mode too");
    check(forced("\x0f\x0bxen\x0f\x31", 7) == EMULATE_REFLECT &&
              forced("\x0f\x0b", 2) == EMULATE_REFLECT && r->rip == (uint64_t)code,
          "anything else is #UD");
}

static bool xcr0_accepted(uint64_t value)
{
    r->rcx = 0;
    r->rax = (uint32_t)value;
    r->rdx = value >> 32;
    machine.xcr0 = 0x999;
    if (RUN("xsetbv") == EMULATE_DONE)
        return machine.xcr0 == value && vcpu.xcr0 == value;
    return false;
}

static void check_xcr0(void)
{
    bool ok = true;

    start();
    check(!xcr0_accepted(1), "xsetbv when nothing is on offer");
    cpuid_init(0xe7, false);
    for (uint64_t value = 0; value < 1024; value++) {
        uint64_t wide = value & 0xe0;
        bool legal = (value & 1) && !(value & ~0xe7ull) && (!(value & 4) || (value & 2)) &&
                     (!wide || (wide == 0xe0 && (value & 4)));
        ok &= xcr0_accepted(value) == legal;
    }
    check(ok && !xcr0_accepted(1ull << 62 | 1), "xsetbv: what the processor would accept");
    r->rcx = 1;
    r->rax = 7;
    r->rdx = 0;
    check(REFLECTED("xsetbv"), "xsetbv: only register 0");
}

/* --- Debug registers --- */

static void check_debug(void)
{
    static const uint64_t outside[] = {HOLE_START,
                                       HOLE_END - 1,
                                       DIRECT_VA,
                                       IMAGE_VA,
                                       1ull << 47,
                                       HOLE_START - 1,
                                       0x1234ull << 48 | 0x1000};
    static const uint64_t inside[] = {0, 0x7fffffffffff, HOLE_END, ~0ull};
    bool refused = true, accepted = true;

    start();
    for (unsigned i = 0; i < ARRAY_SIZE(outside); i++)
        refused &= hc_set_debugreg(&vcpu, i % 4, outside[i]) == -EPERM;
    for (unsigned i = 0; i < ARRAY_SIZE(inside); i++)
        accepted &= hc_set_debugreg(&vcpu, i, inside[i]) == 0;
    check(refused, "breakpoints in the hypervisor and beyond canonical addresses are refused");
    check(accepted && machine.dr_writes == 0,
          "others are kept, and not loaded while none is armed");
    check(hc_set_debugreg(&vcpu, 7, 1 << 13) == -EPERM &&
              hc_set_debugreg(&vcpu, 7, 2 << 16) == -EPERM,
          "no GD, no I/O breakpoint");
    check(hc_set_debugreg(&vcpu, 7, 1ull << 32) == -EINVAL &&
              hc_set_debugreg(&vcpu, 6, 1ull << 32) == -EINVAL,
          "the upper halves are zero");
    check(hc_set_debugreg(&vcpu, 8, 0) == -ENODEV && hc_get_debugreg(&vcpu, 8) == -ENODEV,
          "there are eight");
    check(hc_set_debugreg(&vcpu, 7, 0x1d0001 | 0xd800) == 0 && machine.dr[7] == 0x1d0401 &&
              hc_get_debugreg(&vcpu, 7) == 0x1d0401 && machine.dr[2] == HOLE_END,
          "an armed breakpoint is loaded, without reserved bits");
    check(hc_set_debugreg(&vcpu, 7, 0xc0001) == 0 && machine.dr[7] == 0x401,
          "a breakpoint on execution has length 1");
    debugreg_unload(&vcpu);
    check(machine.dr[7] == DR7_ONES, "and unloaded with its vCPU");
    debugreg_load(&vcpu);
    check(machine.dr[7] == 0x401, "and loaded again");
    machine.dr[6] = 0xffff4ff1;
    check(debug_trap(&vcpu) == 0x4001 && machine.dr[6] == DR6_ONES &&
              hc_get_debugreg(&vcpu, 6) == 0xffff4ff1,
          "#DB: DR6 is merged and cleared");
    check(hc_set_debugreg(&vcpu, 6, 0) == 0 && hc_get_debugreg(&vcpu, 6) == (long)DR6_ONES, "dr6");
    check(hc_get_debugreg(&vcpu, 5) == 0x401, "dr5 is dr7");
    vcpu.cr4 = CR4_DE;
    check(hc_get_debugreg(&vcpu, 5) == -ENODEV, "unless CR4.DE is set");
    r->rcx = HOLE_START;
    check(REFLECTED("mov %%rcx, %%db0"), "mov to a debug register obeys the same rules");
    r->rcx = 0x5000;
    check(DONE("mov %%rcx, %%db0") && DONE("mov %%db0, %%r15") && r->r15 == 0x5000,
          "mov to and from a debug register");
}

int main(void)
{
    code = mmap(NULL, 4 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    data = code + 2 * PAGE_SIZE;
    check_ports();
    check_code_segment();
    check_ins();
    check_string_faults();
    check_outs();
    check_control();
    check_switch();
    check_msr_and_cpuid();
    check_forced();
    check_xcr0();
    check_debug();
    return check_end();
}
