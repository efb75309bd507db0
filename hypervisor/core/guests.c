/* SPDX-License-Identifier: BSD-2-Clause */
/* Guests that are there from the boot. */
#include "core/guests.h"
#include "core/builder.h"
#include "core/options.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "sched/sched.h"

#define OPTIONS_MAX  8
#define MEMORY       (16ul << 20)
#define GRANT_FRAMES 2 /* they have little to share, and there may be many */
#define HANDLES      64

static struct request {
    unsigned module, count, vcpus;
    uint64_t memory; /* bytes */
} requests[OPTIONS_MAX]; /* written at boot only */
static unsigned request_count;

/* The text up to `end` as a number; behind it, or NULL when there is none. */
static const char *read_part(const char *s, const char *ends, uint64_t *n)
{
    char part[24];
    size_t length = 0;

    while (s[length] && !strchr(ends, s[length]))
        length++;
    if (length >= sizeof(part))
        return NULL;
    memcpy(part, s, length);
    part[length] = 0;
    return option_size(part, n) ? s + length : NULL;
}

bool guests_option(const char *value)
{
    uint64_t module, count = 1, memory = MEMORY, vcpus = 1;
    const char *at = read_part(value, "*,", &module);

    if (at && *at == '*')
        at = read_part(at + 1, ",", &count);
    if (at && *at == ',')
        at = read_part(at + 1, ",", &memory);
    if (at && *at == ',')
        at = read_part(at + 1, "", &vcpus);
    if (!at || *at || request_count == OPTIONS_MAX || !module || module >= BOOT_MODULES || !count ||
        count >= MAX_DOMAINS || !memory || !vcpus || vcpus > MAX_VCPUS_PER_DOM)
        return false;
    requests[request_count++] = (struct request){(unsigned)module, (unsigned)count, (unsigned)vcpus, memory};
    return true;
}

bool guests_use(unsigned module)
{
    for (unsigned i = 0; i < request_count; i++)
        if (requests[i].module == module)
            return true;
    return false;
}

static void start_one(const struct boot_module *kernel, const struct request *r)
{
    static domid_t last;
    struct build b = {
        .who = "guest",
        .domain = {.id = ++last,
                   .vcpus = r->vcpus,
                   .max_pages = r->memory >> PAGE_SHIFT,
                   .grant_frames = GRANT_FRAMES,
                   .grant_handles = HANDLES},
        .kernel = kernel,
    };
    struct domain *d;

    if (last >= MAX_DOMAINS)
        cannot_start("option guest: more than %d domains", MAX_DOMAINS);
    d = domain_build(&b);
    d->state = DOMAIN_RUNNING;
    sched_up(d->vcpus[0]);
}

void guests_start(const struct boot_info *b)
{
    for (unsigned i = 0; i < request_count; i++) {
        const struct request *r = &requests[i];

        if (r->module >= b->modules)
            cannot_start("option guest: there is no module %u", r->module);
        for (unsigned n = 0; n < r->count; n++)
            start_one(&b->module[r->module], r);
    }
}
