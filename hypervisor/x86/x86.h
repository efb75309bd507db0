/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine, as the folders above see it. Knows no domain and no vCPU: what a guest is doing is told
 * to the layers above through the up-calls at the end.
 */
#ifndef X86_X86_H
#define X86_X86_H

#include "lib/types.h"
#include "x86/access.h"
#include "x86/instructions.h"
#include "x86/layout.h"
#include "x86/regs.h"

/* --- CPUs (cpu.c) --- */

struct vcpu;

/* State of one physical CPU; at the top of its stack block, so that it is found from rsp alone and never
 * through a register a guest controls. */
struct cpu {
    unsigned id;
    struct vcpu *current;    /* who runs here; the CPU's idle vCPU when nobody does */
    bool flush_tlb;          /* reload CR3 before any guest code runs here again */
    uint64_t cr3;            /* what CR3 holds */
    uint64_t windows;        /* descriptor windows of its own, loaded while those of no vCPU are */
    void *sched;             /* sched/ */
    void *timers;            /* sched/timer.c */
    void *trace;             /* trace/ */
    void *histograms;        /* trace/histogram.c */
    int hypercalls_left;     /* until one is measured, or recorded; straight.S counts it down */
    int events_left;         /* likewise of events that begin to wait */
    uint32_t sample_seed;
    uint32_t apic_id;
    struct vcpu *idle;       /* current while nobody runs here */
    uint32_t flushes_asked;  /* by other CPUs; atomic */
    uint32_t flushes_done;   /* as many of them as were asked for when CR3 was last reloaded for them; atomic */
    uint64_t pad[3];
};

static inline struct cpu *this_cpu(void)
{
    uint64_t sp;

    __asm__("mov %%rsp, %0" : "=r"(sp));
    return (struct cpu *)((sp | (STACK_BLOCK - 1)) + 1 - sizeof(struct cpu));
}

struct cpu *cpu_by_id(unsigned id); /* NULL when there is no such CPU */
unsigned cpu_count(void);

/* --- Other CPUs (smp.c) --- */

/* Makes another CPU pass through on_exit, or wake from HLT. */
void cpu_kick(unsigned cpu);

/* All others stop for good, wherever they are. Of two that want this only the first returns. */
void cpus_stop(void);
bool cpus_are_stopped(void);

void cpu_init(uint64_t windows); /* descriptors and system-call entry of the calling CPU */

/* --- Context (switch.c): what the hardware holds for the vCPU that runs --- */

/* Where the entry code saves registers from now on, and which descriptor windows are loaded. */
void cpu_set_context(struct context *c, uint64_t windows, unsigned ldt_entries);

/* --- Memory (paging.c) --- */

/* Maps all RAM up to max_phys and our image with its final rights. `alloc` hands out zeroed frames. */
void paging_init(uint64_t max_phys, mfn_t (*alloc)(void));

/* Maps 2 MiB-aligned physical memory at one of our own addresses, for the frame table and the M2P. */
void paging_map_large(uint64_t va, uint64_t phys, uint64_t bytes, bool guest_reads);

/* One page of our own at va; MFN_NONE unmaps. */
void paging_map(uint64_t va, mfn_t m, bool writable);

/* Drops the identity mapping of low memory the boot code ran in. */
void paging_drop_boot_map(void);

/* Whether boot.S is also mapped at its physical address: while other CPUs start there. */
void paging_start_map(bool on);

/* Loads the table that maps us and nothing else. */
void paging_load_own(void);

void cr3_load(mfn_t l4); /* writes CR3, and so flushes this CPU's TLB */

/* Descriptor windows: 16 pages of GDT, then 16 of LDT, for each vCPU. */
#define WINDOW_BYTES     (32 * PAGE_SIZE)
#define GDT_WINDOW_PAGES 16
uint64_t window_create(void);                                   /* VA of a new window; panics when full */
void window_destroy(uint64_t window);
void window_set(uint64_t window, unsigned page, mfn_t m);       /* page 0-31; MFN_NONE = none */

static inline void *direct_map(uint64_t phys)
{
    return (void *)(DIRECT_VA + phys);
}

static inline void *frame_data(mfn_t m)
{
    return direct_map(m.n << PAGE_SHIFT);
}

static inline mfn_t mfn_of(const void *direct)
{
    return MFN(((uint64_t)direct - DIRECT_VA) >> PAGE_SHIFT);
}

/* Maps device registers, uncached, for ever; returns their virtual address. */
void *mmio_map(uint64_t phys, size_t bytes);

/* Copies our sixteen slots into a table that is about to serve as a guest's L4. */
void paging_fill_l4(uint64_t *l4);
/* Lets ring 3 read the M2P through this filled table or not. Returns whether the table changed; who has
 * it loaded sees that after the next load. */
bool paging_show_m2p(uint64_t *l4, bool show);

/* Before guest code runs on any CPU of `cpus` again, its TLB holds nothing old. The calling CPU's flush
 * waits for its exit to the guest (no guest code can run there before); other CPUs have flushed when this
 * returns. [tlb.deferred] */
void tlb_flush(uint64_t cpus);

/* The calling CPU's flush, if one waits, happens now: for when a frame goes to others, who fill it while we
 * may still read what the guest mapped there. */
void tlb_flush_here(void);

/* --- Time (clock.c) --- */

/* ns = (tsc << shift or >> -shift) * mul >> 32, as in struct vcpu_time_info. */
struct clock_scale {
    uint32_t mul;
    int8_t shift;
};

uint64_t clock_ns(void);                 /* nanoseconds since boot, monotonic */
uint64_t clock_tsc_at_boot(void);        /* TSC value at which clock_ns() was 0 */
struct clock_scale clock_scale(void);
uint64_t clock_tsc_khz(void);
uint64_t clock_wall_at_boot(void);       /* UTC nanoseconds since 1970 when clock_ns() was 0 */
void clock_arm(uint64_t deadline_ns);    /* on_timer() runs on this CPU once then, or before; ~0 = never */

/* --- Console (console.c) --- */

void console_write(const char *text, size_t n);
size_t console_read(char *out, size_t max); /* input typed since, never blocks */

/* --- Power (power.c) --- */

__attribute__((noreturn)) void machine_reboot(void);
__attribute__((noreturn)) void machine_power_off(void);
__attribute__((noreturn)) void machine_halt(void);

/* --- Interrupt windows --- */

/* Lets pending interrupts in for a moment; their handlers only note what happened (on_timer, on_irq).
 * Call with no lock held. Every loop that a guest can lengthen calls preempt_wanted() once per unit of
 * work and stops when it says so. */
bool preempt_wanted(void);

/* --- Up-calls: implemented above (pv/entry.c, sched/, event/) --- */

struct vcpu;
void on_guest_entry(struct context *c); /* anything but SYSCALL brought the guest here */
void on_page_fault(struct context *c);  /* a guest kernel stored to a present page */
void on_forced_cpuid(struct context *c); /* rip is at UD2, the letters xen, CPUID */
void on_syscall(struct context *c);     /* SYSCALL from 64-bit guest code */
void on_restart(struct context *c);     /* a handler of on_hypercall[] answered -ERESTART */
/* A hypercall that is measured: v, its arguments, its number. */
long on_sampled_hypercall(struct vcpu *v, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t nr);
struct context *on_exit(void);          /* the last C before guest code: whose registers to load */
void on_tlb_empty(uint64_t cr3);         /* straight.S emptied the TLB while that is recorded */
void on_iret_fault(struct context *c, uint32_t vector, uint32_t error); /* the guest's cs, ss or rip would not load */
void on_nmi(uint64_t rip, bool in_guest);
void on_shootdown(uint64_t ticks); /* so long other CPUs took to answer a flush */
bool on_ldt_fault(uint64_t va);         /* we met the guest's LDT at va; true: it is there now */
bool on_preempt_check(void); /* is there work for which a long operation should stop? */
void on_timer(void);                    /* the deadline given to clock_arm() passed, or is to be set again */
void on_irq(unsigned irq);              /* a device interrupt bound by irq.h arrived */
void on_console_input(void);
void on_console_key(char letter);       /* typed while input goes to the hypervisor; only notes it */
void on_machine_end(bool failed); /* the machine will stand still, or begin anew */

#endif
