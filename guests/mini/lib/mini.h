/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mini guest library: what a guest program sees of it.
 *
 * A program defines mini_main() and links libmini.a. The library enters the guest, maps
 * shared_info, installs all 256 trap vectors and the callbacks, masks every event channel and
 * leaves the upcall mask clear. When mini_main returns, the guest powers off.
 *
 * Not here: the hypercall stubs (hypercall.h), the spelling of verdicts (verdict.h).
 */
#ifndef MINI_H
#define MINI_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/grant_table.h>

#include "lib/string.h"
#include "mini_asm.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PAGE_SIZE     4096ul
#define PAGE_SHIFT    12
#define VIRT_BASE     0xffffffff80000000ul
/* The hypervisor's slots of every L4, 256 to 271. */
#define HOLE_START 0xffff800000000000ul
#define HOLE_END   0xffff880000000000ul

/* --- start.c ------------------------------------------------------------------------------- */

extern struct start_info *start_info;
extern struct shared_info *shared_info;

/* The program. `args` is the kernel command line, without the module's name. */
void mini_main(const char *args);

/* The vcpu_info of vCPU 0: in shared_info until a program registers another. */
struct vcpu_info *vcpu_info(void);
void vcpu_info_moved(struct vcpu_info *where);

void __attribute__((noreturn)) guest_shutdown(unsigned int reason);

/* --- print.c ------------------------------------------------------------------------------- */

/* %s %c %d %u %x %lx %ld %lu %p, width and 0. A call is one console write: lines stay whole. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int format(char *out, size_t size, const char *fmt, va_list ap);
/* The number after `key=` in args, decimal or 0x, or `otherwise`. */
u64 arg_number(const char *args, const char *key, u64 otherwise);
/* Is `word` one of those in args? */
bool arg_has(const char *args, const char *word);

/* --- trap.c, head.S ------------------------------------------------------------------------ */

struct trap_regs {
    u64 r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    u64 vector, error, rip, cs, rflags, rsp, ss;
};

/* The last trap that trap_catch ended on, and what vcpu_info said of CR2 then. */
extern struct trap_regs trap_last;
extern u64 trap_last_cr2;

/* Runs body(arg); -1, or the vector (TRAP_...) that ended it. Not to be nested. */
int trap_catch(void (*body)(void *), void *arg);

/* Called first on each trap; true: handled, go back to where regs say. NULL: none. */
typedef bool trap_hook_fn(struct trap_regs *regs);
extern trap_hook_fn *trap_hook;

/* For a hook: ends the waiting trap_catch with this trap, once regs are gone back to. */
void trap_end_catch(struct trap_regs *regs);

/* Installs the library's stub for one vector; dpl 0 to 3, mask_events as TI_SET_IF means. */
long trap_install(u8 vector, unsigned int dpl, bool mask_events);
void trap_init(void);

extern const char trap_stubs[], trap_unwind[], trap_stack_top[];
extern const char entry_event[], entry_syscall[], entry_syscall32[], entry_sysenter[],
    entry_failsafe[], entry_nmi[];

/* The selector the kernel runs with, as bounce frames show it: RPL 0. */
#define KERNEL_CS (FLAT_KERNEL_CS & ~3u)
#define FLAGS_IF  0x200ul

static inline unsigned int trap_mask(const struct trap_regs *r)
{
    return (r->cs >> 32) & 0xff;
}

struct iret_context;
void __attribute__((noreturn)) iret_raw(const struct iret_context *frame);

/* --- event.c ------------------------------------------------------------------------------- */

void event_init(void);
/* Called by on_trap. Counts each pending, unmasked port and clears it. */
void on_event(struct trap_regs *regs);
/* How many upcalls there were, and how often a port was found pending. */
extern u64 event_upcalls;
u64 event_count(u32 port);
void event_count_reset(void);
void event_mask(u32 port);
long event_unmask(u32 port);
bool event_pending(u32 port);
void event_clear(u32 port);
/* The upcall mask: sets it and gives back what it was; clearing it takes a waiting upcall. */
u8 upcall_mask_set(u8 mask);
/* Event-channel operations: the port (> 0) or a negative errno. */
long port_ipi(u32 vcpu);
long port_virq(u32 virq, u32 vcpu);
long port_unbound(domid_t dom, domid_t remote);
long port_interdomain(domid_t remote, u32 remote_port);
long port_close(u32 port); /* and masks it: the number will be used again */
long port_send(u32 port);

/* --- paging.c ------------------------------------------------------------------------------ */

#define PTE_P     0x001ul
#define PTE_RW    0x002ul
#define PTE_US    0x004ul
#define PTE_PWT   0x008ul
#define PTE_PCD   0x010ul
#define PTE_A     0x020ul
#define PTE_D     0x040ul
#define PTE_PSE   0x080ul
#define PTE_G     0x100ul
#define PTE_AVL   0xe00ul
#define PTE_NX    (1ul << 63)
#define PTE_MFN   0x000ffffffffff000ul

#define PTE_DATA  (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define PTE_RO    (PTE_P | PTE_US | PTE_A)
#define PTE_TABLE (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

extern u64 *p2m;
extern u64 mapped_pages; /* pfns below this are mapped at VIRT_BASE, RW or (page tables) RO */

void paging_init(void);
/* A zeroed, writable page of the arena; NULL when there is none. The arena is 1024 pages. */
void *page_alloc(void);
void page_free(void *page);

u64 va_pfn(const void *va);
u64 va_mfn(const void *va);
u64 va_maddr(const void *va);
void *mfn_va(u64 mfn); /* by M2P; only for frames mapped at VIRT_BASE */
u64 m2p(u64 mfn);

static inline u64 pte_make(u64 mfn, u64 flags)
{
    return mfn << PAGE_SHIFT | flags;
}

/* The entry of level 1 to 4 that maps va in the kernel's tables; NULL when a table is missing. */
u64 *pte_of(u64 va, int level);
u64 pte_maddr(u64 va, int level);

long page_set_ro(void *page);
long page_set_rw(void *page);
long map_page(u64 va, u64 pte);
/* Makes the tables that are missing above va's L1 entry. */
long map_build(u64 va);
long mmu_write(u64 ptr, u64 val);
long mmuext(unsigned int cmd, u64 arg1, u64 arg2);

/* --- grant.c ------------------------------------------------------------------------------- */

/* Mapped in a page of its own; NULL when it cannot be. Once in a guest's life. */
grant_entry_v1_t *grant_table_map(void);
/* Domain `to` may map our page from now on; flags 0 or GTF_readonly. */
void grant_access(grant_entry_v1_t *entry, domid_t to, const volatile void *page, u16 flags);

/* --- user.c -------------------------------------------------------------------------------- */

/* User space: code from section .user at USER_CODE, a stack page below USER_STACK_TOP. */
#define USER_CODE      0x0000000010000000ul
#define USER_STACK_TOP 0x0000000010101000ul
extern const char user_start[], user_end[];
extern void *user_l4;

long user_init(void);
u64 user_address(const void *code);
/* Runs user code until a trap; its vector. The code finds the argument in rax. */
int user_run(const void *code, u64 rax);
/* The same with a frame of the caller's choice: rip, cs, rflags, rsp, ss, flags, rax are used. */
int iret_catch(const struct iret_context *frame);

/* --- time.c -------------------------------------------------------------------------------- */

u64 tsc_read(void);
/* Nanoseconds since the hypervisor booted, by vcpu_info.time. */
u64 time_ns(void);

#endif
