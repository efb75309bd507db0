/* SPDX-License-Identifier: BSD-2-Clause */
/* What each domain may have of the CPUs: weight, cap, warp; and how long a turn is. */
#include "lib/bug.h"
#include "sched/sched.h"

#define SHARE_NORMAL ((struct sched_share){.weight = WEIGHT_NORMAL})

uint64_t sched_slice_ns = SLICE_NS;

static struct sched_share wanted[MAX_DOMAINS]; /* by the boot options; 0 weight: not mentioned */

static bool is_valid(const struct sched_share *s)
{
    return s->weight && s->weight <= WEIGHT_MAX && s->cap <= CAP_MAX && s->warp_ns <= WARP_MAX_NS;
}

/* A decimal number below 10^9 at *text, which is moved behind it. */
static bool read_number(const char **text, uint64_t *n)
{
    const char *s = *text;

    for (*n = 0; *s >= '0' && *s <= '9' && s - *text < 9; s++)
        *n = *n * 10 + (uint64_t)(*s - '0');
    bool any = s != *text;

    *text = s;
    return any;
}

static bool read_pair(const char **text, uint64_t *id, uint64_t *value)
{
    if (!read_number(text, id) || *id >= MAX_DOMAINS || *(*text)++ != ':')
        return false;
    return read_number(text, value);
}

/* Each pair of the list goes to `set`. */
static bool read_list(const char *text, void (*set)(struct sched_share *s, uint64_t value))
{
    uint64_t id, value;

    do {
        if (!read_pair(&text, &id, &value))
            return false;
        if (!wanted[id].weight)
            wanted[id] = SHARE_NORMAL;
        set(&wanted[id], value);
        if (!is_valid(&wanted[id]))
            return false;
    } while (*text++ == ',');
    return !text[-1];
}

static void set_weight(struct sched_share *s, uint64_t weight)
{
    s->weight = (uint32_t)MIN(weight, WEIGHT_MAX + 1);
}

static void set_cap(struct sched_share *s, uint64_t percent)
{
    s->cap = (uint32_t)MIN(percent, CAP_MAX + 1);
}

static void set_warp(struct sched_share *s, uint64_t us)
{
    s->warp_ns = us * 1000;
}

bool sched_read_weight(const char *option)
{
    return read_list(option, set_weight);
}

bool sched_read_cap(const char *option)
{
    return read_list(option, set_cap);
}

bool sched_read_warp(const char *option)
{
    return read_list(option, set_warp);
}

int sched_slice_set(uint64_t ns)
{
    if (ns < SLICE_MIN_NS || ns > SLICE_MAX_NS)
        return -EINVAL;
    sched_slice_ns = ns;
    return 0;
}

bool sched_read_slice(const char *option)
{
    uint64_t ms;

    return read_number(&option, &ms) && !*option && !sched_slice_set(ms * 1000000);
}

struct sched_share sched_share_of(domid_t id)
{
    return id < MAX_DOMAINS && wanted[id].weight ? wanted[id] : SHARE_NORMAL;
}

int sched_share_set(struct domain *d, const struct sched_share *share)
{
    if (!is_valid(share))
        return -EINVAL;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        sched_vcpu_share(d->vcpus[i], share);
    return 0;
}
