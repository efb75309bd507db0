/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why type.c changes the use first and flushes then: every interleaving of one promotion with guest CPUs
 * that map, use, unmap and write through what their TLBs still hold.
 *
 * The protocol of [type.flushed] must be safe; with the flush before the change (XSA-401), or left out
 * because the new use does not ask for one (XSA-408), a CPU must be found that writes a table after its
 * audit. A model of the order of steps, not of the code: the code's flushes are watched by the random driver.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_CPUS   3
#define MAX_STATES 4096

enum order { CHANGE_THEN_FLUSH, FLUSH_THEN_CHANGE, NO_FLUSH };

struct state {
    uint8_t is_table;         /* the use forbids new writable mappings */
    uint8_t step;             /* of the promotion: 0 not begun ... 3 audited */
    uint8_t mapped[MAX_CPUS]; /* a writable entry, one count each */
    uint8_t cached[MAX_CPUS]; /* the CPU's TLB holds it */
};

static struct state seen[MAX_STATES];
static unsigned count;
static bool is_broken;

static void enter(const struct state *s)
{
    for (unsigned i = 0; i < count; i++)
        if (!memcmp(&seen[i], s, sizeof(*s)))
            return;
    seen[count++] = *s;
}

static void guest_steps(const struct state *s, int cpu)
{
    struct state n = *s;

    if (!s->is_table && !s->mapped[cpu]) { /* map: needs the use */
        n.mapped[cpu] = 1;
        enter(&n);
    }
    n = *s;
    if (s->mapped[cpu] && !s->cached[cpu]) { /* touch */
        n.cached[cpu] = 1;
        enter(&n);
    }
    n = *s;
    if (s->mapped[cpu]) { /* unmap; the guest need not flush */
        n.mapped[cpu] = 0;
        enter(&n);
    }
    if (s->cached[cpu] && s->step == 3) /* write through the TLB, after the audit */
        is_broken = true;
}

static bool nobody_maps(const struct state *s)
{
    for (int cpu = 0; cpu < MAX_CPUS; cpu++)
        if (s->mapped[cpu])
            return false;
    return true;
}

static void promotion_step(const struct state *s, enum order order)
{
    struct state n = *s;
    unsigned change = order == FLUSH_THEN_CHANGE ? 1 : 0, flush = order == FLUSH_THEN_CHANGE ? 0 : 1;

    if (s->step == 3 || (s->step == change && !nobody_maps(s)))
        return; /* done, or refused: the count is not 0 */
    if (s->step == change)
        n.is_table = 1;
    if (s->step == flush && order != NO_FLUSH)
        memset(n.cached, 0, sizeof(n.cached));
    n.step++; /* the third step is the audit */
    enter(&n);
}

static bool is_safe(enum order order, int cpus)
{
    static const struct state start;

    count = 0;
    is_broken = false;
    enter(&start);
    for (unsigned i = 0; i < count; i++) {
        const struct state s = seen[i];

        for (int cpu = 0; cpu < cpus; cpu++)
            guest_steps(&s, cpu);
        promotion_step(&s, order);
    }
    return !is_broken;
}

int main(void)
{
    printf("1..5\n");
    for (int cpus = 1; cpus <= MAX_CPUS; cpus++) {
        bool safe = is_safe(CHANGE_THEN_FLUSH, cpus);

        printf("# %u states\n%sok %d - change, flush, audit is safe against %d CPUs [type.flushed]\n", count,
               safe ? "" : "not ", cpus, cpus);
    }
    bool early = is_safe(FLUSH_THEN_CHANGE, 1), none = is_safe(NO_FLUSH, 1);
    printf("%sok 4 - a flush before the change is not (XSA-401)\n", early ? "not " : "");
    printf("%sok 5 - no flush is not (XSA-408)\n", none ? "not " : "");
    return 0;
}
