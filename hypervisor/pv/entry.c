/* SPDX-License-Identifier: BSD-2-Clause */
/* Every way into the hypervisor from a guest, and where each leads. */
#include "pv/emulate.h"
#include "pv/pv.h"
#include "sched/sched.h"
#include "trace/trace.h"
#include "x86/fast.h"
#include "x86/irq.h"

#define VECTOR_INT80  0x80
#define SYSCALL_BYTES 2
#define INT_BYTES     2
#define FIRST_IRQ     0x20

/* What straight.S relies on. */
#define IS_AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #field)
IS_AT(struct cpu, current, CPU_CURRENT);
IS_AT(struct cpu, flush_tlb, CPU_FLUSH_TLB);
IS_AT(struct cpu, cr3, CPU_CR3);
IS_AT(struct cpu, sched, CPU_SCHED);
IS_AT(struct cpu, hypercalls_left, CPU_HYPERCALLS);
IS_AT(struct sched_cpu, work, 0);
IS_AT(struct vcpu, is_idle, VCPU_IS_IDLE);
IS_AT(struct vcpu, in_user, VCPU_IN_USER);
IS_AT(struct vcpu, crashed, VCPU_CRASHED);
IS_AT(struct vcpu, restart.changed, VCPU_RESTART_CHANGED);
IS_AT(struct vcpu, state, VCPU_STATE);
IS_AT(struct vcpu, info, VCPU_INFO);
IS_AT(struct vcpu, kernel_l4, VCPU_KERNEL_L4);
IS_AT(struct vcpu, user_l4, VCPU_USER_L4);
IS_AT(struct vcpu, kernel_ss, VCPU_KERNEL_SS);
IS_AT(struct vcpu, kernel_sp, VCPU_KERNEL_SP);
IS_AT(struct vcpu, event_callback.address, VCPU_EVENT_ADDRESS);
IS_AT(struct vcpu, event_callback.mask_events, VCPU_EVENT_MASKS);
IS_AT(struct vcpu, syscall_callback.address, VCPU_SYSCALL_ADDRESS);
IS_AT(struct vcpu, syscall_callback.mask_events, VCPU_SYSCALL_MASKS);
IS_AT(struct vcpu, vm_assist, VCPU_VM_ASSIST);
IS_AT(struct vcpu, traps[0].address, VCPU_GATE_ADDRESS);
IS_AT(struct vcpu, traps[0].mask_events, VCPU_GATE_MASKS);
IS_AT(struct vcpu, traps[TRAP_PF].address, VCPU_FAULT_ADDRESS);
IS_AT(struct vcpu, traps[TRAP_PF].mask_events, VCPU_FAULT_MASKS);
IS_AT(struct vcpu, pending_since, VCPU_PENDING_SINCE);
IS_AT(struct vcpu_info, evtchn_upcall_pending, INFO_PENDING);
IS_AT(struct vcpu_info, evtchn_upcall_mask, INFO_MASK);
IS_AT(struct vcpu_info, arch.cr2, INFO_CR2);
_Static_assert(INFO_MASK == INFO_PENDING + 1, "one comparison");
_Static_assert((int64_t)HOLE_START >> HOLE_SHIFT == HOLE_PREFIX, "hole");
_Static_assert(HOLE_END - HOLE_START == 1ull << HOLE_SHIFT, "hole");
_Static_assert(HOLE_END == (uint64_t)ABOVE_HOLE << 32, "hole");
_Static_assert(VM_ASSIST_SHOWS_IOPL == 1 << VMASST_TYPE_architectural_iopl, "vm_assist");
_Static_assert(VCPU_STATE == VCPU_IS_IDLE + 3 && sizeof((struct vcpu){}.state) == 1, "one comparison");
_Static_assert(VCPU_RUNNING == 0, "state");
_Static_assert(RESULT_RESTART == -ERESTART, "ERESTART");
_Static_assert(HYPERCALL_IRET == __HYPERVISOR_iret, "iret");
_Static_assert(HYPERCALL_STACK_SWITCH == __HYPERVISOR_stack_switch, "stack_switch");
_Static_assert(HYPERCALL_SET_SEGMENT_BASE == __HYPERVISOR_set_segment_base, "set_segment_base");
_Static_assert(SEGBASE_USER_SEL == SEGBASE_GS_USER_SEL && SEGBASE_FS == 0 && SEGBASE_GS_USER == 1 &&
                   SEGBASE_GS_KERNEL == 2,
               "segment_base_msr");
_Static_assert(TRACE_TRAP_BIT == TRACE_TRAP && TRACE_MMU_BIT == TRACE_MMU && TRACE_EVENT_BIT == TRACE_EVENT,
               "classes of events");
_Static_assert(VECTOR_UD == TRAP_UD && sizeof(struct trap_gate) == 16, "gates");

void on_syscall(struct context *c)
{
    struct vcpu *v = (struct vcpu *)c;

    if (likely(!v->in_user)) {
        hypercall(v);
    } else if (likely(v->syscall_callback.address)) {
        c->regs.rflags &= ~(uint64_t)FLAG_DF;
        trace_bounce(c->regs.rip, 0, ENTRY_SYSCALL, true);
        bounce(v, v->syscall_callback);
    } else {
        c->regs.rip -= SYSCALL_BYTES;
        reflect(v, TRAP_UD, 0);
    }
}

/* SYSCALL from compatibility mode and SYSENTER; without a callback the instruction does not exist.
 */
static void compat_call(struct vcpu *v, struct callback to, unsigned vector_without)
{
    if (to.address)
        bounce(v, to);
    else
        reflect(v, vector_without, 0);
}

static void interrupt_80(struct vcpu *v)
{
    if (is_gate_open(v, VECTOR_INT80)) {
        reflect(v, VECTOR_INT80, 0);
        return;
    }
    v->ctx.regs.rip -= INT_BYTES;
    reflect(v, TRAP_GP, VECTOR_INT80 << 3 | 2);
}

static void device_not_available(struct vcpu *v)
{
    if (ts_trap(v))
        reflect(v, TRAP_NM, 0);
}

static void debug_exception(struct vcpu *v)
{
    debug_trap(v); /* reports nothing for INT1, which is a trap all the same */
    reflect(v, TRAP_DB, 0);
}

static void exception(struct vcpu *v, unsigned vector)
{
    switch (vector) {
    case TRAP_PF:
        page_fault(v);
        break;
    case TRAP_GP:
        general_protection(v);
        break;
    case TRAP_UD:
        invalid_opcode(v);
        break;
    case TRAP_NM:
        device_not_available(v);
        break;
    case TRAP_DB:
        debug_exception(v);
        break;
    default:
        reflect(v, vector, v->ctx.regs.error_code);
    }
}

/* [trap.virtual] Nobody can be returned to where this one came from: it goes on as if from ring 3.
 */
static void leave_virtual_8086(struct regs *r)
{
    r->rflags &= ~(uint64_t)FLAG_VM;
    r->cs |= 3;
    r->ss |= 3;
}

/* Out of a guest, so nothing is held: what the timer's asks for is done at once, and the quick exit finds no work. */
static void interrupt(unsigned vector)
{
    irq_dispatch(vector);
    if (sched_work() & WORK_TIMERS)
        timers_run();
}

void on_guest_entry(struct context *c)
{
    struct vcpu *v = (struct vcpu *)c;
    unsigned vector = c->regs.vector;

    if (unlikely(c->regs.rflags & FLAG_VM))
        leave_virtual_8086(&c->regs);
    if (vector < FIRST_IRQ)
        exception(v, vector);
    else if (vector == VECTOR_INT80)
        interrupt_80(v);
    else if (vector < 0x100)
        interrupt(vector);
    else if (vector == ENTRY_SYSCALL32)
        compat_call(v, v->syscall32_callback, TRAP_UD);
    else
        compat_call(v, v->sysenter_callback, TRAP_GP);
}
