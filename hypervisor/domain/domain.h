/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domains and their virtual CPUs: the data that every folder above shares.
 *
 * Each group of fields belongs to the folder named above it; others read it through that folder's
 * functions. Which lock covers a field stands beside it; vCPU fields without a remark are touched only by
 * the CPU that runs the vCPU.
 */
#ifndef DOMAIN_DOMAIN_H
#define DOMAIN_DOMAIN_H

#include "lib/errno.h"
#include "lib/list.h"
#include "lib/lock.h"
#include "lib/types.h"
#include "x86/x86.h"

/* The ABI's headers expect the fixed-width types to be there. */
#include <xen/xen.h>
#include <xen/vcpu.h>

#define MAX_DOMAINS        160
#define MAX_VCPUS_PER_DOM  32

enum domain_state {
    DOMAIN_PAUSED,
    DOMAIN_RUNNING,
    DOMAIN_SHUTDOWN, /* by its own wish or by crash; see shutdown_reason */
    DOMAIN_DYING,
};

/* What is left of the block that holds a domain or vCPU (mm/room.h); none in a test that has no block. */
struct room {
    uint64_t next, end;
};

struct domain {
    domid_t id;
    enum domain_state state; /* atomic, by domain_change(); DYING for ever, under io_lock and mm_lock */
    uint8_t shutdown_reason; /* SHUTDOWN_* of <xen/sched.h> */
    bool is_privileged;      /* may use the control interfaces: dom0 */
    bool is_hardware;        /* owns the devices: dom0 */
    struct vcpu *vcpus[MAX_VCPUS_PER_DOM];
    unsigned vcpu_count;     /* how many may exist; vcpus[0..vcpu_count-1] are all there */
    uint8_t handle[16];

    /* mm */
    struct lock mm_lock;
    uint64_t pages, max_pages;
    uint64_t shared_pages;   /* frames of ours that it may map; atomic */
    uint64_t dirty_cpus;     /* CPUs whose TLB may hold translations of this domain; atomic */
    mfn_t shared_info_mfn;
    shared_info_t *shared_info;
    void *mm;                /* mm/ private */

    /* event and grant; one lock for both (R14) */
    struct lock io_lock;
    void *events;
    void *grants;

    struct room room;

    /* control */
    unsigned death_step;     /* of control/destroy.c */
    int64_t time_offset_s;   /* of its wall-clock time from UTC */
};

/* How a trap is delivered to a guest (set_trap_table). */
struct trap_gate {
    uint64_t address; /* 0: none */
    uint8_t dpl;      /* lowest privilege INT n needs: 0-3 */
    bool mask_events;
};

struct callback {
    uint64_t address;
    bool mask_events;
};

enum vcpu_state { /* the ABI's RUNSTATE_* numbers */
    VCPU_RUNNING,
    VCPU_RUNNABLE,
    VCPU_BLOCKED,
    VCPU_OFFLINE,
};

/* Restarting a hypercall: see restart_arg(). */
struct restart {
    uint8_t changed; /* bit i: argument i is replaced */
    uint64_t arg[6];
};

struct vcpu {
    struct context ctx; /* must be first: the entry code saves into it */
    struct domain *domain;
    unsigned id;
    bool is_idle;
    bool in_user;       /* guest user mode; decides what SYSCALL means and which L4 is loaded */
    bool crashed;       /* domain_crash() was called while this vCPU ran: it stops at on_exit */
    uint8_t state;      /* enum vcpu_state, sched/'s; here because straight.S compares these four at once */
    struct vcpu_info *info; /* the guest's, mapped for us; NULL for idle */
    struct restart restart;

    /* mm: frame numbers of the base tables, each holding an L4 type reference; MFN_NONE if none */
    mfn_t kernel_l4, user_l4;
    void *mm_job;       /* a promotion or demotion in progress, see mm/ */
    mfn_t info_mfn;     /* frame holding a registered vcpu_info, MFN_NONE before */

    /* pv */
    uint64_t kernel_ss, kernel_sp;
    struct callback event_callback, failsafe_callback, syscall_callback, syscall32_callback,
        sysenter_callback, nmi_callback;
    uint64_t fs_base, gs_base_kernel, gs_base_user; /* while not running; the MSRs hold them otherwise */
    uint16_t ds, es, fs, gs;                        /* likewise */
    uint64_t cr0_ts;                                /* the guest's idea of CR0.TS: 0 or 8 */
    uint64_t cr4;                                   /* bits of CR4 the guest may set, as it set them */
    uint64_t dr[8];
    unsigned iopl;                                  /* 0-3, set_iopl */
    guest_ptr io_bitmap;
    unsigned io_bitmap_ports;
    unsigned vm_assist;                             /* bit per VMASST_TYPE_* */
    mfn_t gdt_frames[14];                           /* each with a descriptor type reference */
    unsigned gdt_entries;
    mfn_t ldt_frames[16];                            /* those of the LDT mapped so far, likewise */
    guest_ptr ldt;
    unsigned ldt_entries;
    uint64_t windows;                               /* VA of this vCPU's GDT window; the LDT follows */
    void *fpu;                                      /* XSAVE or FXSAVE area */
    uint64_t xcr0;
    uint32_t tsc_aux;
    struct trap_gate traps[256];

    /* sched */
    unsigned cpu;                /* its home: the CPU that runs it; changes under the locks of both */
    bool is_loaded;              /* that CPU holds its segments, FPU and address space; atomic */
    bool is_up;                  /* VCPUOP_up */
    bool is_initialised;
    uint64_t state_since_ns;
    uint64_t time_in_state[4];   /* ns, by enum vcpu_state */
    guest_ptr runstate_area;     /* registered by VCPUOP_register_runstate_memory_area; va 0 if none */
    void *sched;
    uint64_t timer_ns;           /* singleshot deadline, ~0 when none */
    void *timer;
    uint64_t periodic_ns;

    /* control */
    bool is_looked_at;           /* paused until the tools have its state */
    uint64_t hard_affinity;      /* CPUs it may run on, those there are not included; sched/ */
    uint64_t soft_affinity;      /* CPUs the tools would like it on; 0: they never said */

    struct room room;

    /* event */
    uint16_t virq_port[24];      /* 0: not bound */
    uint16_t poll_port;          /* waiting in SCHEDOP_poll: 0 no, 0xffff several, else the port */
    uint64_t pending_since;      /* TSC when the first event began to wait for the callback, if that is measured; else 0 */
};

/* The vCPU this CPU runs. */
static inline struct vcpu *current_vcpu(void)
{
    return this_cpu()->current;
}

/* The domain with this number, or NULL. Numbers of the ABI that name no domain give NULL too. */
struct domain *domain_by_id(domid_t id);

/* As above, DOMID_SELF meaning `self`. */
struct domain *domain_resolve(struct domain *self, domid_t id);

/* Enters a domain into the table. 0, -EEXIST. */
int domain_register(struct domain *d);

/* Takes a domain out of the table, if it is there. */
void domain_unregister(struct domain *d);

/* d->state becomes `to` if it is `from`. */
bool domain_change(struct domain *d, enum domain_state from, enum domain_state to);

/*
 * The second door of error handling: the guest's state makes going on impossible. Marks the domain and
 * returns; its vCPUs stop at on_exit, where nothing is held. One report per domain on the console: the
 * reason, registers, the page walk and stack words.
 */
__attribute__((format(printf, 2, 3))) void domain_crash(struct domain *d, const char *fmt, ...);

/* Up-call: the domain asked to stop, or crashed (SHUTDOWN_* of <xen/sched.h>). Returns; its vCPUs do not
 * run guest code any more. */
void on_domain_shutdown(struct domain *d, uint8_t reason);

/*
 * A handler that stops between two elements of a list says where to go on, argument by argument, and
 * returns -ERESTART. The dispatcher (pv/hypercall.c) puts the values into the guest's registers, or into
 * its multicall entry, moves the instruction pointer back and lets interrupts and events in. What comes
 * back is hostile input like any other.
 */
static inline void restart_arg(struct vcpu *v, unsigned index, uint64_t value)
{
    v->restart.arg[index] = value;
    v->restart.changed |= 1u << index;
}

#endif
