/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two CPUs, as threads: on one a vCPU takes its events and blocks, on the other a vCPU sends as it
 * likes. A wake-up that is lost is lost for good, as no later event changes a bit that is already
 * set; then the first vCPU sleeps with an event pending. [sched.wake] [event.order]
 */
#include <pthread.h>
#include "event/event.h"
#include "fake.h"
#include "hypercalls.h"
#include "lib/bits.h"
#include "sched/sched.h"
#include <unistd.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

#define SENDS 1000000

static struct domain *doms[2];
static uint32_t ports[2];
static uint64_t received, blocks;
static bool sent_all, slept_on;

static bool take_event(struct vcpu *v)
{
    if (!event_pending(v))
        return false;
    __atomic_store_n(&v->info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&v->info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST) & 1)
        bit_test_clear((uint64_t *)v->domain->shared_info->evtchn_pending, ports[0]);
    received++;
    return true;
}

static void exit_work(void)
{
    if (sched_work() & WORK_TIMERS)
        timers_run();
    if (sched_is_wanted())
        this_cpu()->current = sched_next(current_vcpu());
}

static void *receiver(void *arg)
{
    struct vcpu *v = doms[0]->vcpus[0];

    fake_cpu_id = 0;
    while (!__atomic_load_n(&sent_all, __ATOMIC_ACQUIRE) || event_pending(v)) {
        exit_work();
        if (current_vcpu() == v && !take_event(v)) {
            hc_sched_op(v, SCHEDOP_block, GPTR(0));
            blocks++;
        } else if (current_vcpu() != v && event_pending(v)) {
            /* The waker is between its two steps, or has been and gone. */
            for (int i = 0; i < 20000 && !sched_has_work(); i++)
                if (i > 18000)
                    usleep(1000);
            slept_on = !sched_has_work();
            if (slept_on)
                break;
        }
    }
    return NULL;
}

static void *sender(void *arg)
{
    uint64_t seed = 1;

    fake_cpu_id = 1;
    exit_work();
    for (int i = 0; i < SENDS && !__atomic_load_n(&slept_on, __ATOMIC_RELAXED); i++) {
        hc_event_channel_op(doms[1]->vcpus[0], EVTCHNOP_send, at(&ports[1]));
        for (uint64_t spin = rng_next(&seed) % 64; spin; spin--)
            __builtin_ia32_pause();
    }
    __atomic_store_n(&sent_all, true, __ATOMIC_RELEASE);
    return NULL;
}

int main(void)
{
    pthread_t threads[2];

    fake_machine(2);
    for (unsigned i = 0; i < 2; i++) {
        doms[i] = fake_domain(i, 1);
        if (event_domain_init(doms[i]))
            return 1;
    }
    struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = 1};
    hc_event_channel_op(doms[0]->vcpus[0], EVTCHNOP_alloc_unbound, at(&a));
    struct evtchn_bind_interdomain b = {.remote_dom = 0, .remote_port = a.port};
    hc_event_channel_op(doms[1]->vcpus[0], EVTCHNOP_bind_interdomain, at(&b));
    ports[0] = a.port;
    ports[1] = b.local_port;
    sched_up(doms[0]->vcpus[0]);
    sched_up(doms[1]->vcpus[0]);
    check(doms[0]->vcpus[0]->cpu == 0 && doms[1]->vcpus[0]->cpu == 1, "one vCPU on each CPU");
    pthread_create(&threads[0], NULL, receiver, NULL);
    pthread_create(&threads[1], NULL, sender, NULL);
    for (unsigned i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("# %llu up-calls, %llu blocks\n", (unsigned long long)received,
           (unsigned long long)blocks);
    check(!slept_on, "no wake-up is lost");
    _exit(check_end());
}
