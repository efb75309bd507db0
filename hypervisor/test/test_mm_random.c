/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on mm/ against the model.
 *
 * usage: test_mm_random [operations [seed [preempt-every [audit-every [interleave]]]]]
 * Every answer is compared; every frame, every word of every table and mm/'s own audit each audit-every
 * operations. Proves [type.one] [frame.backed] [entry.recomputed] [entry.audited] [job.undo] [type.flushed]
 * [frame.flushed] [entry.foreign] [base.loaded].
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mm_fake/fake.h"
#include "mm_fake/model.h"
#include "mm_fake/ops.h"

static uint32_t random_next(struct source *s)
{
    uint64_t x = s->state[0], y = s->state[1];

    s->state[0] = y;
    x ^= x << 23;
    s->state[1] = x ^ y ^ (x >> 17) ^ (y >> 26);
    return (s->state[1] + y) >> 32;
}

static void report(double seconds, uint64_t operations)
{
    printf("# %.1f million operations in %.1f s, %.2f million/s\n", operations / 1e6, seconds,
           operations / 1e6 / seconds);
    for (int i = 0; i < OP_KINDS; i++)
        if (op_counts[i].tried)
            printf("#   %-26s %10lu tried, %5.1f %% accepted\n", op_counts[i].name,
                   (unsigned long)op_counts[i].tried,
                   100.0 * op_counts[i].accepted / op_counts[i].tried);
}

static bool all_rates_good(uint64_t operations)
{
    bool good = true;

    for (int i = 0; i < OP_KINDS; i++)
        good = good && (!op_counts[i].tried || op_counts[i].accepted * 200 >= op_counts[i].tried);
    return good || operations < 1000000;
}

int main(int argc, char **argv)
{
    uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    unsigned audit_every = argc > 4 ? strtoul(argv[4], NULL, 0) : 64;
    struct source s = {.next = random_next,
                       .state = {seed * 0x9e3779b97f4a7c15ull + 1, seed ^ 0xd1b54a32d192ed03ull}};

    fake_preempt_every = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..2\n# seed %lu, preemption each %u, audit each %u, %d entries, counters of %d bits\n",
           (unsigned long)seed, fake_preempt_every, audit_every, TABLE_ENTRIES, FRAME_COUNT_BITS);
    ops_start();
    if (argc > 5)
        ops_interleave(&s);
    clock_t start = clock();
    for (uint64_t i = 1; i <= operations; i++) {
        ops_step(&s);
        if (i % audit_every)
            continue;
        ops_compare();
        ops_audit();
    }
    report((double)(clock() - start) / CLOCKS_PER_SEC, operations);
    printf("ok 1 - random operations agree with the model\n");
    printf("%s 2 - each kind of operation is accepted often enough\n",
           all_rates_good(operations) ? "ok" : "not ok");
    return !all_rates_good(operations);
}
