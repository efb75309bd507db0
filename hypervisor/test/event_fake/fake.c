/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake.h"
#include "lib/bug.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct cpu fake_cpus[MAX_CPUS];
__thread unsigned fake_cpu_id;
unsigned fake_cpu_total, fake_arms, fake_kicks[MAX_CPUS];
uint64_t fake_now, fake_armed[MAX_CPUS];
int fake_access_budget = -1, fake_preempt_every, fake_alloc_budget = -1, fake_pages_out;
struct domain *fake_domains[MAX_DOMAINS];
static struct vcpu idle_vcpus[MAX_CPUS];

/* --- x86/ --- */

uint64_t clock_ns(void)
{
    return fake_now;
}

uint64_t clock_tsc_at_boot(void)
{
    return 1000;
}

struct clock_scale clock_scale(void)
{
    return (struct clock_scale){.mul = 0x80000000, .shift = 1};
}

uint64_t clock_wall_at_boot(void)
{
    return 1700000000123456789ull;
}

void clock_arm(uint64_t deadline_ns)
{
    fake_armed[fake_cpu_id] = deadline_ns;
    fake_arms++;
}

unsigned cpu_count(void)
{
    return fake_cpu_total;
}

void cpu_kick(unsigned cpu)
{
    fake_kicks[cpu]++;
}

bool preempt_wanted(void)
{
    static int n;

    return fake_preempt_every && ++n % fake_preempt_every == 0;
}

static bool access_fails(guest_ptr p)
{
    if (p.va < PAGE_SIZE || (p.va >= HOLE_START && p.va < HOLE_END) || fake_access_budget == 0)
        return true;
    if (fake_access_budget > 0)
        fake_access_budget--;
    return false;
}

int guest_read(void *dst, guest_ptr src, size_t n)
{
    if (n == 0)
        return 0;
    if (access_fails(src))
        return -EFAULT;
    memcpy(dst, (void *)src.va, n);
    return 0;
}

int64_t guest_load32(guest_ptr src)
{
    uint32_t word;

    return guest_read(&word, src, sizeof(word)) ? -EFAULT : (int64_t)word;
}

int guest_write(guest_ptr dst, const void *src, size_t n)
{
    if (n == 0)
        return 0;
    if (access_fails(dst))
        return -EFAULT;
    memcpy((void *)dst.va, src, n);
    return 0;
}

bool guest_range_ok(guest_ptr p, size_t n)
{
    return p.va + n >= p.va && !(p.va < HOLE_END && p.va + n > HOLE_START);
}

/* --- lib/, domain/, mm/ --- */

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    printf("Bail out! panic: ");
    vprintf(fmt, ap);
    printf("\n");
    exit(2);
}

struct domain *domain_by_id(domid_t id)
{
    return id < MAX_DOMAINS ? fake_domains[id] : NULL;
}

struct domain *domain_resolve(struct domain *self, domid_t id)
{
    return id == DOMID_SELF ? self : domain_by_id(id);
}

void *fake_frame_data(mfn_t m)
{
    return (void *)(m.n << PAGE_SHIFT);
}

mfn_t fake_mfn_of(const void *p)
{
    return MFN((uint64_t)p >> PAGE_SHIFT);
}

void *hv_alloc(unsigned order)
{
    if (fake_alloc_budget == 0)
        return NULL;
    if (fake_alloc_budget > 0)
        fake_alloc_budget--;
    fake_pages_out += 1 << order;
    return memset(aligned_alloc(PAGE_SIZE, PAGE_SIZE << order), 0, PAGE_SIZE << order);
}

void hv_free(void *p, unsigned order)
{
    fake_pages_out -= 1 << order;
    free(p);
}

/* --- Domains --- */

void fake_machine(unsigned cpus)
{
    fake_cpu_total = cpus;
    for (fake_cpu_id = cpus; fake_cpu_id-- > 0;) {
        struct vcpu *idle = &idle_vcpus[fake_cpu_id];

        idle->is_idle = true;
        this_cpu()->id = fake_cpu_id;
        this_cpu()->current = idle;
        fake_armed[fake_cpu_id] = ~0ull;
        if (sched_cpu_init(idle))
            panic("no memory");
    }
    fake_cpu_id = 0;
}

struct domain *fake_domain(domid_t id, unsigned vcpus)
{
    struct domain *d = calloc(1, sizeof(*d));

    d->id = id;
    d->state = DOMAIN_RUNNING;
    d->shared_info = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
    memset(d->shared_info, 0, PAGE_SIZE);
    d->vcpu_count = vcpus;
    for (unsigned i = 0; i < vcpus; i++) {
        struct vcpu *v = aligned_alloc(16, ROUND_UP(sizeof(*v), 16));

        memset(v, 0, sizeof(*v));
        v->domain = d;
        v->id = i;
        v->info = &d->shared_info->vcpu_info[i];
        v->info_mfn = MFN_NONE;
        d->vcpus[i] = v;
    }
    if (sched_domain_init(d))
        panic("no memory");
    return fake_domains[id] = d;
}

void fake_domain_free(struct domain *d)
{
    fake_domains[d->id] = NULL;
    sched_domain_destroy(d);
    for (unsigned i = 0; i < d->vcpu_count; i++)
        free(d->vcpus[i]);
    free(d->shared_info);
    free(d);
}
