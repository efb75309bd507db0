/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest's fault means, most frequent answer first: a page fault is the guest kernel's
 * business unless it is a write to a live page table or a touch of the LDT window; a general
 * protection fault is an instruction to emulate, an INT to deliver, or the guest's own.
 */
#include "pv/emulate.h"
#include "pv/pv.h"
#include "trace/trace.h"
#include "x86/layout.h"

#define LDT_OFFSET (16 * PAGE_SIZE)

static bool is_in_ldt_window(const struct vcpu *v, uint64_t va)
{
    return va - (v->windows + LDT_OFFSET) < 16 * PAGE_SIZE;
}

bool on_ldt_fault(uint64_t va)
{
    struct vcpu *v = current_vcpu();

    return is_in_ldt_window(v, va) && ldt_map_page(v, va - v->windows - LDT_OFFSET);
}

/* Who answers a page fault; names of the numbers in trace/enums.def. */
enum fault_outcome { FAULT_GUEST, FAULT_LIVE_WRITE, FAULT_LDT_PAGE };

static bool may_be_live_write(const struct vcpu *v, uint32_t error)
{
    return (error & (PF_PRESENT | PF_WRITE | PF_FETCH | PF_RESERVED)) == (PF_PRESENT | PF_WRITE) &&
           !v->in_user;
}

static enum fault_outcome page_fault_answer(struct vcpu *v, uint64_t *va, uint32_t error)
{
    if (unlikely(*va >= HOLE_START && *va < HOLE_END) && is_in_ldt_window(v, *va)) {
        uint64_t offset = *va - v->windows - LDT_OFFSET;

        if (ldt_map_page(v, offset))
            return FAULT_LDT_PAGE;
        /* The guest sees the fault at its own table, as if the processor had read it there. */
        *va = v->ldt.va + offset;
    } else if (may_be_live_write(v, error) && live_write(v, *va)) {
        return FAULT_LIVE_WRITE;
    }
    return FAULT_GUEST;
}

/* An instruction was carried out in the guest's place: one that single-steps traps behind it. */
static void step_over(struct vcpu *v)
{
    if (unlikely(v->ctx.regs.rflags & FLAG_TF)) {
        debug_step(v);
        reflect(v, TRAP_DB, 0);
    }
}

static inline __attribute__((always_inline)) enum fault_outcome page_fault_do(struct vcpu *v, uint64_t va)
{
    uint32_t error = v->ctx.regs.error_code;
    enum fault_outcome outcome = page_fault_answer(v, &va, error);

    if (outcome == FAULT_GUEST)
        reflect_page_fault(v, va, error);
    else if (outcome == FAULT_LIVE_WRITE)
        step_over(v);
    return outcome;
}

/* Apart, so that nothing is kept for its sake while nothing is recorded. */
static __attribute__((noinline)) void page_fault_traced(struct vcpu *v)
{
    struct trace_time begin = trace_time_now();
    uint64_t va = read_cr2(), rip = v->ctx.regs.rip;
    uint32_t error = v->ctx.regs.error_code;
    bool in_user = v->in_user;
    enum fault_outcome outcome = page_fault_do(v, va);

    trace_page_fault(begin, error, in_user, outcome, va, rip);
    if (outcome == FAULT_LIVE_WRITE)
        trace_live_write(va, rip);
}

void page_fault(struct vcpu *v)
{
    if (unlikely(trace_mask & (TRACE_TRAP | TRACE_MMU)))
        page_fault_traced(v);
    else
        page_fault_do(v, read_cr2());
}

void on_page_fault(struct context *c)
{
    page_fault((struct vcpu *)c);
}

#define ERROR_FROM_IDT 2

/* The guest's kernel counts as ring 1. */
bool is_gate_open(const struct vcpu *v, unsigned vector)
{
    return v->traps[vector].address && v->traps[vector].dpl >= (v->in_user ? 3 : 1);
}

/*
 * INT n through a gate whose DPL forbids it. The vector is taken from the instruction, not from the
 * error code: QEMU 7.2 computes that wrongly, and the bytes are right everywhere.
 */
static bool software_interrupt(struct vcpu *v)
{
    struct regs *r = &v->ctx.regs;
    uint8_t bytes[2];

    if (guest_read(bytes, GPTR(r->rip), sizeof(bytes)) || bytes[0] != 0xcd)
        return false;
    if (!is_gate_open(v, bytes[1])) {
        reflect(v, TRAP_GP, bytes[1] << 3 | ERROR_FROM_IDT);
        return true;
    }
    r->rip += sizeof(bytes);
    reflect(v, bytes[1], 0);
    return true;
}

/* After an attempt to emulate: the guest goes on, single-steps, or gets a fault. */
static void emulated(struct vcpu *v, enum emulate_result result, const struct emulate_fault *f)
{
    switch (result) {
    case EMULATE_DONE:
        step_over(v);
        break;
    case EMULATE_REFLECT:
        reflect(v, v->ctx.regs.vector, 0);
        break;
    case EMULATE_FAULT:
        if (f->vector == TRAP_PF)
            reflect_page_fault(v, f->address, f->error_code);
        else
            reflect(v, f->vector, f->error_code);
    }
}

/* Apart, so that nothing is kept for its sake while nothing is recorded. */
static __attribute__((noinline)) enum emulate_result emulate_recorded(struct vcpu *v, struct emulate_fault *f)
{
    struct trace_time begin = trace_time_now();
    uint64_t rip = v->ctx.regs.rip;
    enum emulate_result result = emulate_privileged(v, f);

    trace_emulate(begin, TRAP_GP, result, rip);
    return result;
}

void general_protection(struct vcpu *v)
{
    uint32_t error = v->ctx.regs.error_code;

    if (error & ERROR_FROM_IDT) {
        if (!software_interrupt(v))
            reflect(v, TRAP_GP, error);
    } else if (error) {
        reflect(v, TRAP_GP, error);
    } else {
        struct emulate_fault f = {0};

        emulated(v, trace_wants(emulate) ? emulate_recorded(v, &f) : emulate_privileged(v, &f), &f);
    }
}

void invalid_opcode(struct vcpu *v)
{
    struct trace_time begin = trace_begin(TRACE_TRAP);
    uint64_t rip = v->ctx.regs.rip;
    enum emulate_result result = emulate_forced(v);

    trace_emulate(begin, TRAP_UD, result, rip);
    emulated(v, result, NULL);
}
