/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor does in a guest's place because ring 3 may not: privileged instructions, I/O
 * ports, MSRs, CPUID, debug registers, and stores to live page tables.
 *
 * All functions taking a vCPU work on the one this CPU runs, unless they say otherwise.
 */
#ifndef PV_EMULATE_H
#define PV_EMULATE_H

#include "domain/domain.h"

/* --- Traps (privileged.c, live_write.c): called by on_guest_entry --- */

enum emulate_result {
    EMULATE_DONE,    /* carried out; deliver #DB (debug_step) when the guest's TF is set */
    EMULATE_REFLECT, /* not ours: the guest gets the exception as it came */
    EMULATE_FAULT,   /* the guest gets the exception in struct emulate_fault instead */
};

struct emulate_fault {
    uint8_t vector;      /* TRAP_PF */
    uint32_t error_code; /* without PF_USER, which depends on the guest's mode */
    uint64_t address;    /* CR2 of a TRAP_PF */
};

/* On #GP with error code 0, from guest kernel or guest user mode. */
enum emulate_result emulate_privileged(struct vcpu *v, struct emulate_fault *f);

/* On #UD, from either mode: the forced-emulation prefix with CPUID. Never EMULATE_FAULT. */
enum emulate_result emulate_forced(struct vcpu *v);

/* On a #PF with error code PRESENT | WRITE (and USER) in guest kernel mode. True: the store has
 * been carried out, or its turn comes again. False: the guest gets the fault. */
bool live_write(struct vcpu *v, uint64_t va);

/* --- CPUID (cpuid.c) --- */

/* Once at start-up, before any guest. `xcr0` is what guests may enable, 0 to hide XSAVE; it is only
 * offered when CR4.OSXSAVE is set and every vCPU's extended state is switched. `tsc_aux`: RDTSCP
 * and RDPID are offered, because TSC_AUX is switched. */
void cpuid_init(uint64_t xcr0, bool tsc_aux);

/* What a guest kernel sees in a leaf. */
struct cpuid cpuid_answer(const struct vcpu *v, uint32_t leaf, uint32_t sub);

uint64_t cpuid_xcr0(void); /* as given to cpuid_init */
bool cpuid_has_tsc_aux(void);

/* --- MSRs (msr.c) --- */

/* False: the guest gets #GP. */
bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
bool msr_write(struct vcpu *v, uint32_t msr, uint64_t value);

/* Writes the hypercall stubs into a page: 128 stubs of 32 bytes, by hypercall number. */
void hypercall_page_fill(void *page);

/* --- I/O ports (ports.c) --- */

/* Once at start-up. `pm_timer`: port of the ACPI power-management timer, 0 if there is none. */
void ports_init(uint16_t pm_timer);

/* Takes ports away from the hardware domain: they read as all ones, writes are dropped. */
void ports_deny(uint16_t first, uint16_t last);

/* What the guest itself permits: by IOPL, else by the I/O bitmap it registered. */
bool port_in_bitmap(const struct vcpu *v, uint16_t port, unsigned bytes);

static inline bool port_permitted(const struct vcpu *v, uint16_t port, unsigned bytes)
{
    return likely(v->iopl >= (v->in_user ? 3u : 1u)) || port_in_bitmap(v, port, bytes);
}

/* The access as the domain may have it; `bytes` is 1, 2 or 4. Never fails. */
uint32_t port_read(struct vcpu *v, uint16_t port, unsigned bytes);
void port_write(struct vcpu *v, uint16_t port, unsigned bytes, uint32_t value);

/* --- Debug registers (debugreg.c) --- */

/* Bits of DR6 and DR7 that always read as one. */
#define DR6_ONES 0xffff0ff0ull
#define DR7_ONES 0x400ull

/* A new vCPU's values. */
void debugreg_reset(struct vcpu *v);

/* Before v runs here; and when it stops running here. Both cost one test while no breakpoint is
 * armed. */
void debugreg_load(const struct vcpu *v);
void debugreg_unload(const struct vcpu *v);

/* On #DB: takes the hardware's DR6, clears it, merges what it reports into v's and returns that. A
 * trap that came from guest code is then delivered. One from the hypervisor's own code (a
 * breakpoint on memory that a hypercall read) is not: the guest finds it in DR6. */
uint64_t debug_trap(struct vcpu *v);

/* After EMULATE_DONE with TF set: notes a single step in v's DR6; then deliver TRAP_DB. */
void debug_step(struct vcpu *v);

/* Changes v's state only: for a vCPU that does not run (setvcpucontext). 0, -ENODEV, -EPERM,
 * -EINVAL. */
int debugreg_set(struct vcpu *v, unsigned reg, uint64_t value) must_check;

/* As hypercalls 8 and 9, for the running vCPU. */
int debugreg_write(struct vcpu *v, unsigned reg, uint64_t value) must_check;
int debugreg_read(const struct vcpu *v, unsigned reg, uint64_t *value) must_check;

/* --- CR0.TS and CR4 (fpu_op.c) --- */

#define CR0_TS  8ull
#define CR4_TSD 4ull
#define CR4_DE  8ull

/* The bits of CR4 a guest owns; what it sets there is in force while it runs. */
#define CR4_GUEST (CR4_TSD | CR4_DE)

/* The hypervisor's bits of CR4 that a guest sees: PAE, MCE, OSFXSR, OSXMMEXCPT, OSXSAVE. */
#define CR4_SHOWN (1ull << 5 | 1ull << 6 | 1ull << 9 | 1ull << 10 | 1ull << 18)

/* Before v runs here: CR0.TS and CR4 as the guest set them. Writes only what differs from the last.
 */
void control_load(const struct vcpu *v);

/* The guest's CR0.TS, in v and in the hardware. */
void ts_write(struct vcpu *v, bool set);

/* On #NM: true when the guest asked for it. TS is clear then: deliver TRAP_NM. */
bool ts_trap(struct vcpu *v);

#endif
