/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * System calls, page faults and requests to disks as spans, switches of threads, packets, and what the kernel and
 * its front ends do as a Xen guest.
 * A span's beginning waits in the thread's own storage; a span that began before the recording is left out.
 */
#include "trace/bpf/emit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile u32 recorder; /* the process that records; its own system calls and faults are left out */

volatile u32 counter_count; /* of the events below that are open */

struct counted {
    u64 value[3];
    u32 cpu;
};

struct open_spans {
    u64 syscall_ns, fault_ns;
    u32 nr;
    struct counted syscall_counted, fault_counted;
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct open_spans);
} spans SEC(".maps");

/* --- Counters --- */

#define COUNTER(name)                                                                              \
    struct {                                                                                       \
        __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);                                               \
        __uint(key_size, sizeof(u32));                                                             \
        __uint(value_size, sizeof(u32));                                                           \
    } name SEC(".maps");
COUNTER(counter_0)
COUNTER(counter_1)
COUNTER(counter_2)

static __always_inline u64 counter_read(void *map)
{
    struct bpf_perf_event_value v = {};

    return bpf_perf_event_read_value(map, BPF_F_CURRENT_CPU, &v, sizeof(v)) ? 0 : v.counter;
}

static __always_inline void count(struct counted *c)
{
    c->cpu = bpf_get_smp_processor_id();
    if (counter_count > 0)
        c->value[0] = counter_read(&counter_0);
    if (counter_count > 1)
        c->value[1] = counter_read(&counter_1);
    if (counter_count > 2)
        c->value[2] = counter_read(&counter_2);
}

/* Each CPU counts for itself: a span that moved to another CPU has no count. */
static __always_inline void emit_counted(u64 at_ns, u32 span, const struct counted *begin)
{
    struct counted now = {};

    if (!counter_count)
        return;
    count(&now);
    if (now.cpu == begin->cpu)
        EMIT(at_ns, span_counters, (u32)bpf_get_current_pid_tgid(), span, now.value[0] - begin->value[0],
             now.value[1] - begin->value[1], now.value[2] - begin->value[2]);
}

/* --- System calls, faults, switches --- */

static __always_inline bool is_recorder(void)
{
    return bpf_get_current_pid_tgid() >> 32 == recorder;
}

static __always_inline struct open_spans *current_spans(u64 flags)
{
    return bpf_task_storage_get(&spans, bpf_get_current_task_btf(), NULL, flags);
}

/* Spans that cannot be opened would be missing without a trace: they count as lost. */
static __always_inline struct open_spans *begin_span(void)
{
    struct open_spans *s = is_recorder() ? NULL : current_spans(BPF_LOCAL_STORAGE_GET_F_CREATE);

    if (!s && !is_recorder())
        count_lost();
    return s;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(syscall_enter, struct pt_regs *regs, long nr)
{
    struct open_spans *s = begin_span();

    if (s) {
        s->nr = nr;
        count(&s->syscall_counted);
        s->syscall_ns = bpf_ktime_get_ns();
    }
    return 0;
}

static __always_inline void end_syscall(struct open_spans *s, long ret)
{
    u64 now = bpf_ktime_get_ns();

    if (s && s->syscall_ns) {
        EMIT(now, syscall, now - s->syscall_ns, s->nr, (u32)bpf_get_current_pid_tgid(), ret);
        emit_counted(now, GUEST_syscall, &s->syscall_counted);
        s->syscall_ns = 0;
    }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(syscall_exit, struct pt_regs *regs, long ret)
{
    end_syscall(current_spans(0), ret);
    return 0;
}

/* exit and exit_group do not return. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(syscall_last, struct task_struct *task)
{
    end_syscall(current_spans(0), 0);
    return 0;
}

SEC("fentry/handle_mm_fault")
int BPF_PROG(fault_enter)
{
    struct open_spans *s = begin_span();

    if (s) {
        count(&s->fault_counted);
        s->fault_ns = bpf_ktime_get_ns();
    }
    return 0;
}

SEC("fexit/handle_mm_fault")
int BPF_PROG(fault_exit, struct vm_area_struct *vma, unsigned long va, unsigned int flags,
             struct pt_regs *regs, unsigned int result)
{
    struct open_spans *s = current_spans(0);
    u64 now = bpf_ktime_get_ns();

    if (s && s->fault_ns) {
        EMIT(now, mm_fault, now - s->fault_ns, va, regs ? regs->ip : 0, flags, result,
             (u32)bpf_get_current_pid_tgid());
        emit_counted(now, GUEST_mm_fault, &s->fault_counted);
        s->fault_ns = 0;
    }
    return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(task_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
    u64 name[2];

    bpf_probe_read_kernel(name, sizeof(name), next->comm);
    EMIT(bpf_ktime_get_ns(), task_switch, prev->pid, next->pid, preempt ? 0 : prev->__state, name[0],
         name[1]);
    return 0;
}

/* --- Disks and networks --- */

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, u64);
    __type(value, u64); /* ns of its issue */
} requests SEC(".maps");

SEC("tp_btf/block_rq_issue")
int BPF_PROG(block_issue, struct request *rq)
{
    u64 key = (u64)rq, now = bpf_ktime_get_ns();

    if (bpf_map_update_elem(&requests, &key, &now, BPF_ANY))
        count_lost();
    return 0;
}

/* A request may be completed piece by piece: each is a record, from the one issue on. */
SEC("tp_btf/block_rq_complete")
int BPF_PROG(block_complete, struct request *rq, blk_status_t status, unsigned int done)
{
    u64 key = (u64)rq, now = bpf_ktime_get_ns(), *issued = bpf_map_lookup_elem(&requests, &key);
    struct gendisk *disk = rq->q->disk;

    if (!issued)
        return 0;
    EMIT(now, block_request, now - *issued, rq->__sector, rq->__data_len, done,
         disk ? (u32)disk->major << 20 | (u32)disk->first_minor : 0, rq->cmd_flags & 0xff, status);
    if (done >= rq->__data_len)
        bpf_map_delete_elem(&requests, &key);
    return 0;
}

static __always_inline u64 name_of(const struct net_device *dev)
{
    u64 name;

    bpf_probe_read_kernel(&name, sizeof(name), dev->name);
    return name;
}

SEC("tp_btf/net_dev_start_xmit")
int BPF_PROG(net_start_xmit, const struct sk_buff *skb, const struct net_device *dev)
{
    EMIT(bpf_ktime_get_ns(), net_send, name_of(dev), skb->len, dev->ifindex);
    return 0;
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(net_receive_skb, struct sk_buff *skb)
{
    EMIT(bpf_ktime_get_ns(), net_receive, name_of(skb->dev), skb->len, skb->dev->ifindex);
    return 0;
}

/* The front ends do not sleep, so a call's beginning waits with its CPU. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 16);
    __type(key, u32);
    __type(value, u64);
} front_begin SEC(".maps");

static __always_inline void front_enter(u32 function)
{
    u64 *begin = bpf_map_lookup_elem(&front_begin, &function);

    if (begin)
        *begin = bpf_ktime_get_ns();
}

static __always_inline void front_exit(u32 function, s32 ret)
{
    u64 now = bpf_ktime_get_ns(), *begin = bpf_map_lookup_elem(&front_begin, &function);

    if (begin && *begin)
        EMIT(now, front_call, now - *begin, function, ret);
}

#define FRONT(number, function)                                                                    \
    SEC("fentry/" #function)                                                                       \
    int BPF_PROG(front_enter_##function)                                                           \
    {                                                                                              \
        front_enter(number);                                                                       \
        return 0;                                                                                  \
    }                                                                                              \
    SEC("fexit/" #function)                                                                        \
    int BPF_PROG(front_exit_##function, u64 first, u64 second, s32 ret)                            \
    {                                                                                              \
        front_exit(number, ret);                                                                   \
        return 0;                                                                                  \
    }
#include "trace/bpf/front.def"

/* --- Only as a guest of Xen's interface --- */

SEC("tp_btf/xen_mc_batch")
int BPF_PROG(mc_batch, enum paravirt_lazy_mode mode)
{
    EMIT(bpf_ktime_get_ns(), xen_mc_batch, mode);
    return 0;
}

SEC("tp_btf/xen_mc_issue")
int BPF_PROG(mc_issue, enum paravirt_lazy_mode mode)
{
    EMIT(bpf_ktime_get_ns(), xen_mc_issue, mode);
    return 0;
}

SEC("tp_btf/xen_mc_entry")
int BPF_PROG(mc_entry, struct multicall_entry *entry, unsigned int nargs)
{
    EMIT(bpf_ktime_get_ns(), xen_mc_entry, entry->op, nargs);
    return 0;
}

SEC("tp_btf/xen_mc_flush")
int BPF_PROG(mc_flush, unsigned int calls, unsigned int args, unsigned int callbacks)
{
    EMIT(bpf_ktime_get_ns(), xen_mc_flush, calls, args, callbacks);
    return 0;
}

SEC("tp_btf/xen_mmu_set_pte")
int BPF_PROG(mmu_set_pte, pte_t *at, u64 value)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_set_pte, (u64)at, value);
    return 0;
}

SEC("tp_btf/xen_mmu_pgd_pin")
int BPF_PROG(mmu_pgd_pin, struct mm_struct *mm, pgd_t *pgd)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_pgd_pin, (u64)pgd);
    return 0;
}

SEC("tp_btf/xen_mmu_pgd_unpin")
int BPF_PROG(mmu_pgd_unpin, struct mm_struct *mm, pgd_t *pgd)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_pgd_unpin, (u64)pgd);
    return 0;
}

SEC("tp_btf/xen_mmu_alloc_ptpage")
int BPF_PROG(mmu_alloc_ptpage, struct mm_struct *mm, unsigned long pfn, unsigned int level, bool pinned)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_alloc_ptpage, pfn, level, pinned);
    return 0;
}

SEC("tp_btf/xen_mmu_release_ptpage")
int BPF_PROG(mmu_release_ptpage, unsigned long pfn, unsigned int level, bool pinned)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_release_ptpage, pfn, level, pinned);
    return 0;
}

SEC("tp_btf/xen_mmu_write_cr3")
int BPF_PROG(mmu_write_cr3, bool kernel, unsigned long cr3)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_write_cr3, cr3, kernel);
    return 0;
}

SEC("tp_btf/xen_mmu_flush_tlb_one_user")
int BPF_PROG(mmu_flush_page, unsigned long va)
{
    EMIT(bpf_ktime_get_ns(), xen_mmu_flush_page, va);
    return 0;
}
