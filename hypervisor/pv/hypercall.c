/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dispatch: from registers, or from a multicall's entry, to a typed handler.
 *
 * A handler never sees registers. One that stops midway has told restart_arg() where to go on; the
 * values go back to where the arguments came from, and the SYSCALL is executed again after the
 * guest had a chance to take its events.
 *
 * [call.unknown] a number without a row answers -ENOSYS and reads no argument
 * [call.batch] a multicall never runs iret or another multicall: nothing in a batch changes the
 * mode
 */
#include "hypercalls.h"
#include "pv/pv.h"
#include "trace/trace.h"
#include "x86/fast.h"

/* As straight.S calls it: the first four arguments wherever they came from, those a call does not have
 * ignored. */
typedef long hypercall_fn(struct vcpu *v, uint64_t a, uint64_t b, uint64_t c, uint64_t d);

#define MEMBERS_PER_WINDOW 8 /* of a multicall, between two looks for other work */

#define SYSCALL_BYTES 2 /* length of the SYSCALL instruction */

/* A jump to the typed handler and no more: no frame pointer is set up on the way. */
#define CALL(name, ...)                                                                            \
    static __attribute__((optimize("omit-frame-pointer"))) long call_##name(                       \
        struct vcpu *v, uint64_t a, uint64_t b, uint64_t c, uint64_t d)                            \
    {                                                                                              \
        return hc_##name(__VA_ARGS__);                                                             \
    }
#define HC0(nr, name, text)                                 CALL(name, v)
#define HC1(nr, name, T1, a1, text)                         CALL(name, v, (T1){a})
#define HC2(nr, name, T1, a1, T2, a2, text)                 CALL(name, v, (T1){a}, (T2){b})
#define HC3(nr, name, T1, a1, T2, a2, T3, a3, text)         CALL(name, v, (T1){a}, (T2){b}, (T3){c})
#define HC4(nr, name, T1, a1, T2, a2, T3, a3, T4, a4, text)                                        \
    CALL(name, v, (T1){a}, (T2){b}, (T3){c}, (T4){d})
#include "hypercalls.def"
#undef HC0
#undef HC1
#undef HC2
#undef HC3
#undef HC4

static long call_none(struct vcpu *v, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return -ENOSYS;
}

#define ROW(nr, name)      [nr] = call_##name,
#define HC0(nr, name, ...) ROW(nr, name)
#define HC1(nr, name, ...) ROW(nr, name)
#define HC2(nr, name, ...) ROW(nr, name)
#define HC3(nr, name, ...) ROW(nr, name)
#define HC4(nr, name, ...) ROW(nr, name)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
hypercall_fn *const on_hypercall[HYPERCALL_NUMBERS] = {
    [0 ... HYPERCALL_NUMBERS - 1] = call_none,
#include "hypercalls.def"
};
#pragma GCC diagnostic pop
#undef HC0
#undef HC1
#undef HC2
#undef HC3
#undef HC4

/* Which argument of each call is its sub-command, by their names, in the low half, and which the length of its list
 * in the high one: 1 to 3, 0 where there is none. */
#define IS(name, wanted)      (__builtin_strcmp(name, wanted) == 0)
#define FIND(w, a, b, c)      (IS(a, w) ? 1 : IS(b, w) ? 2 : IS(c, w) ? 3 : 0)
#define TRACED(nr, a, b, c)   [nr] = FIND("cmd", a, b, c) | FIND("count", a, b, c) << 4,
#define TRACED_UNKNOWN        0xff
#define HC0(nr, name, text)                                TRACED(nr, "", "", "")
#define HC1(nr, name, T1, a1, text)                        TRACED(nr, #a1, "", "")
#define HC2(nr, name, T1, a1, T2, a2, text)                TRACED(nr, #a1, #a2, "")
#define HC3(nr, name, T1, a1, T2, a2, T3, a3, text)        TRACED(nr, #a1, #a2, #a3)
#define HC4(nr, name, T1, a1, T2, a2, T3, a3, T4, a4, text) TRACED(nr, #a1, #a2, #a3)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint8_t traced[HYPERCALL_NUMBERS] = {
    [0 ... HYPERCALL_NUMBERS - 1] = TRACED_UNKNOWN,
#include "hypercalls.def"
};
#pragma GCC diagnostic pop
#undef HC0
#undef HC1
#undef HC2
#undef HC3
#undef HC4

static inline bool is_known(uint64_t nr)
{
    return nr < HYPERCALL_NUMBERS && traced[nr] != TRACED_UNKNOWN;
}

/* What a record says of the arguments: sub-command, and the list's length in the upper half; in one word, which is
 * kept during the call. */
#define NO_SUB   255
#define NO_COUNT 0

static inline uint64_t argument(unsigned which, uint64_t a, uint64_t b, uint64_t c)
{
    return which == 1 ? a : which == 2 ? b : c;
}

static inline uint32_t asked(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
    unsigned where = traced[nr], sub = where & 15, n = where >> 4;
    uint32_t count = NO_COUNT;

    if (likely(!where))
        return NO_SUB | NO_COUNT << 16;
    if (n) /* bit 31 of a count says that the list was begun before (mm/) */
        count = MIN(argument(n, a, b, c) & 0x7fffffffu, 0xffffu);
    return count << 16 | (uint8_t)(sub ? argument(sub, a, b, c) : NO_SUB);
}

static inline long dispatch(struct vcpu *v, uint64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    v->restart.changed = 0;
    if (unlikely(nr >= HYPERCALL_NUMBERS))
        return -ENOSYS;
    return on_hypercall[nr](v, a, b, c, d);
}

static __attribute__((noinline, cold)) long unknown_call(uint64_t nr)
{
    trace_hypercall(trace_time_now(), MIN(nr, 255), NO_SUB, NO_COUNT, -ENOSYS);
    trace_hypercall_measured();
    return -ENOSYS;
}

/* What straight.S calls in a handler's place when the call is measured, and all are while they are recorded. */
long on_sampled_hypercall(struct vcpu *v, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t nr)
{
    if (unlikely(!is_known(nr)))
        return unknown_call(nr);
    uint32_t what = asked(nr, a, b, c);
    struct trace_time begin = trace_time_now();
    long result = dispatch(v, nr, a, b, c, d);

    if (trace_counts_hypercall(begin))
        trace_count_brief(TRACE_ROW_hypercall + (unsigned)nr, begin);
    trace_hypercall(begin, nr, what, what >> 16, result);
    trace_hypercall_measured();
    return result;
}

static __attribute__((noinline, cold)) long unknown_member(uint64_t nr)
{
    trace_multicall_entry(trace_time_now(), MIN(nr, 255), NO_SUB, NO_COUNT, -ENOSYS);
    return -ENOSYS;
}

/* Apart, so that nothing is kept for its sake while nothing is measured. */
static __attribute__((noinline)) long sampled_member(struct vcpu *v, uint64_t nr, const uint64_t *args)
{
    if (unlikely(!is_known(nr)))
        return unknown_member(nr);
    uint32_t what = asked(nr, args[0], args[1], args[2]);
    struct trace_time begin = trace_time_now();
    long result = dispatch(v, nr, args[0], args[1], args[2], args[3]);

    if (trace_counts_hypercall(begin))
        trace_count_brief(TRACE_ROW_hypercall + (unsigned)nr, begin);
    trace_multicall_entry(begin, nr, what, what >> 16, result);
    return result;
}

/* Takes the hypercall back: the guest executes its SYSCALL again with the arguments brought
 * forward. */
void on_restart(struct context *c)
{
    struct vcpu *v = (struct vcpu *)c;
    struct regs *r = &v->ctx.regs;
    uint64_t *const home[6] = {&r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8, &r->r9};

    for (unsigned i = 0; i < 6; i++)
        if (v->restart.changed >> i & 1)
            *home[i] = v->restart.arg[i];
    r->rip -= SYSCALL_BYTES;
}

static void dispatch_registers(struct vcpu *v)
{
    struct regs *r = &v->ctx.regs;
    long result = on_sampled_hypercall(v, r->rdi, r->rsi, r->rdx, r->r10, r->rax);

    if (unlikely(result == -ERESTART))
        on_restart(&v->ctx);
    else
        r->rax = (uint64_t)result;
}

/* Every return of a guest kernel to its user is an iret: no argument to fetch, and rax is the
 * frame's, whatever value that is. */
void hypercall(struct vcpu *v)
{
    if (v->ctx.regs.rax == __HYPERVISOR_iret)
        guest_iret(v);
    else
        dispatch_registers(v);
}

long hc_iret(struct vcpu *v)
{
    guest_iret(v);
    return (long)v->ctx.regs.rax;
}

/* One member. 0: done, its result stored; -ERESTART: to be run again; -EFAULT. */
static int multicall_member(struct vcpu *v, guest_ptr at, bool is_sampled)
{
    multicall_entry_t m;
    long result = -ENOSYS;

    if (guest_get(&m, at))
        return -EFAULT;
    if (m.op != __HYPERVISOR_iret && m.op != __HYPERVISOR_multicall)
        result = is_sampled ? sampled_member(v, m.op, (const uint64_t *)m.args)
                            : dispatch(v, m.op, m.args[0], m.args[1], m.args[2], m.args[3]);
    if (result != -ERESTART) {
        at = gptr_add(at, offsetof(multicall_entry_t, result));
        return guest_write_word(at, (uint64_t)result);
    }
    for (unsigned i = 0; i < 6; i++)
        if (v->restart.changed >> i & 1)
            m.args[i] = v->restart.arg[i];
    return guest_put(at, &m) ? -EFAULT : -ERESTART;
}

/* A member that crashed its domain is the last one; and now and then others want the CPU. The long members
 * ask for themselves. */
static bool stops_before(const struct vcpu *v, uint32_t index)
{
    return index && (v->crashed || (index % MEMBERS_PER_WINDOW == 0 && preempt_wanted()));
}

long hc_multicall(struct vcpu *v, guest_ptr calls, uint32_t count)
{
    const bool is_sampled = trace_measures_hypercall();
    int rc = 0;

    for (uint32_t i = 0; i < count; i++) {
        rc = stops_before(v, i) ? -ERESTART : multicall_member(v, calls, is_sampled);
        if (rc == -ERESTART) {
            v->restart.changed = 0;
            restart_arg(v, 0, calls.va);
            restart_arg(v, 1, count - i);
        }
        if (rc)
            return rc;
        calls = gptr_add(calls, sizeof(multicall_entry_t));
    }
    return rc;
}
