/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * System calls and page faults as spans, switches of threads, and what the kernel does as a Xen guest.
 * A span's beginning waits in the thread's own storage; a span that began before the recording is left out.
 */
#include "trace/bpf/emit.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile u32 recorder; /* the process that records; its own system calls and faults are left out */

struct open_spans {
    u64 syscall_ns, fault_ns;
    u32 nr;
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct open_spans);
} spans SEC(".maps");

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
        s->syscall_ns = bpf_ktime_get_ns();
    }
    return 0;
}

static __always_inline void end_syscall(struct open_spans *s, long ret)
{
    u64 now = bpf_ktime_get_ns();

    if (s && s->syscall_ns) {
        EMIT(now, syscall, now - s->syscall_ns, s->nr, (u32)bpf_get_current_pid_tgid(), ret);
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

    if (s)
        s->fault_ns = bpf_ktime_get_ns();
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
