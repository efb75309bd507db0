/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A QEMU plugin that counts every executed instruction by function, exactly, between marks.
 *
 *     -plugin build/bench/plugin/count.so,ranges=FILE,out=FILE[,calls=FILE]
 *
 * ranges  one line per function: `START END NAME RANK`, addresses in hexadecimal, sorted, disjoint.
 *         RANK 0 is ordinary; a visit to the hypervisor is named after the function of the highest
 *         rank it executed, or, when all are 0, the first it came to.
 * mark    LFENCE; RDTSC in the static programs' text (from 0x400000): how bench/micro reads its clock,
 *         natively and in any domain, before and after what it times.
 *
 * The output has one section per interval between two marks (number 0: from reset to the first):
 *
 *     interval N TOTAL              instructions in all
 *     space SPACE COUNT             user (also firmware), kernel, hypervisor
 *     i SPACE NAME COUNT            by function; `?` is the rest of the space
 *     v NAME ORIGIN VISITS          visits to the hypervisor, by what they were for and who came
 *     h NAME ORIGIN FUNCTION COUNT  the instructions of these visits by function
 *
 * calls   each visit that is a hypercall, from the first mark on, in order: `NAME ORIGIN INSTRUCTIONS`
 *
 * An instruction that faults is counted each time it is begun; the guest's clock counts it when it is
 * done. Counting changes no instruction and no interrupt of the run.
 */
#include "bench/plugin/ranges.h"
#include "bench/plugin/qemu_plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM_START 0x400000ull
#define PROGRAM_END   0x10000000ull

enum { ORIGINS = 2, KERNEL = 0, USER = 1 };

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;
PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv);

static const char *const space_names[SPACES] = {"user", "kernel", "hypervisor"};
static const char *const origin_names[ORIGINS] = {"kernel", "user"};

static struct ranges ranges;
static FILE *out, *calls;
static unsigned intervals;
static uint64_t *count, *at_mark;      /* by range: ever, and when the interval began */
static uint64_t guest_blocks[ORIGINS]; /* blocks executed outside the hypervisor */

/* The visit that is going on, and all visits of this interval. */
static struct {
    uint64_t blocks[ORIGINS]; /* guest_blocks when it began */
    unsigned first, origin;   /* the function it came to, who came */
    uint64_t *before;         /* count[] when it began */
    uint64_t *visits;         /* [function * ORIGINS + origin] */
    uint64_t *spent;          /* [(function * ORIGINS + origin) * hypervisor ranges + function] */
} visit;

static void visit_close(void)
{
    const unsigned n = ranges.hypervisor;
    unsigned name = visit.first;
    for (unsigned i = 0; i < n; i++)
        if (count[i] != visit.before[i] && ranges.range[i].rank > ranges.range[name].rank)
            name = i;
    unsigned kind = name * ORIGINS + visit.origin;
    uint64_t spent = 0;
    for (unsigned i = 0; i < n; i++) {
        visit.spent[(size_t)kind * n + i] += count[i] - visit.before[i];
        spent += count[i] - visit.before[i];
    }
    visit.visits[kind] += spent != 0; /* at a mark, and natively, none may be going on */
    if (calls && spent && intervals > 0 && strstr(ranges.range[name].name, ":hc_"))
        fprintf(calls, "%s %s %" PRIu64 "\n", ranges.range[name].name, origin_names[visit.origin], spent);
    memcpy(visit.before, count, n * sizeof *count);
}

/* A block of the hypervisor: if a guest ran since the last one, a visit begins. */
static void on_hypervisor_block(unsigned cpu, void *data)
{
    if (!memcmp(visit.blocks, guest_blocks, sizeof guest_blocks))
        return;
    visit_close();
    visit.origin = guest_blocks[USER] != visit.blocks[USER] ? USER : KERNEL;
    visit.first = (unsigned)(uintptr_t)data;
    memcpy(visit.blocks, guest_blocks, sizeof guest_blocks);
}

static void print_visits(void)
{
    const unsigned n = ranges.hypervisor;
    for (unsigned kind = 0; kind < n * ORIGINS; kind++) {
        const char *name = ranges.range[kind / ORIGINS].name, *origin = origin_names[kind % ORIGINS];
        if (!visit.visits[kind])
            continue;
        fprintf(out, "v %s %s %" PRIu64 "\n", name, origin, visit.visits[kind]);
        for (unsigned i = 0; i < n; i++) {
            uint64_t spent = visit.spent[(size_t)kind * n + i];
            if (spent)
                fprintf(out, "h %s %s %s %" PRIu64 "\n", name, origin, ranges.range[i].name, spent);
        }
    }
    memset(visit.visits, 0, n * ORIGINS * sizeof *visit.visits);
    memset(visit.spent, 0, (size_t)n * ORIGINS * n * sizeof *visit.spent);
}

static void print_interval(void)
{
    uint64_t total = 0, space[SPACES] = {0};
    for (unsigned i = 0; i < ranges.n; i++) {
        total += count[i] - at_mark[i];
        space[ranges.range[i].space] += count[i] - at_mark[i];
    }
    fprintf(out, "interval %u %" PRIu64 "\n", intervals++, total);
    for (unsigned s = 0; s < SPACES; s++)
        fprintf(out, "space %s %" PRIu64 "\n", space_names[s], space[s]);
    for (unsigned i = 0; i < ranges.n; i++)
        if (count[i] != at_mark[i])
            fprintf(out, "i %s %s %" PRIu64 "\n", space_names[ranges.range[i].space],
                    ranges.range[i].name, count[i] - at_mark[i]);
    memcpy(at_mark, count, ranges.n * sizeof *count);
    print_visits();
}

/* The last visit of an interval stays open across the mark: it is over, since user code runs. */
static void on_mark(unsigned cpu, void *data)
{
    visit_close();
    print_interval();
}

static void on_end(plugin_id id, void *data)
{
    if (fclose(out) || (calls && fclose(calls)))
        perror("count: the output could not be written");
}

static bool is_bytes(const struct qemu_plugin_insn *insn, const char *bytes, size_t n)
{
    return qemu_plugin_insn_size(insn) == n && !memcmp(qemu_plugin_insn_data(insn), bytes, n);
}

static bool is_mark(struct qemu_plugin_tb *tb, size_t i)
{
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    uint64_t va = qemu_plugin_insn_vaddr(insn);
    return i && va >= PROGRAM_START && va < PROGRAM_END && is_bytes(insn, "\x0f\x31", 2) &&
           is_bytes(qemu_plugin_tb_get_insn(tb, i - 1), "\x0f\xae\xe8", 3);
}

static void on_block(plugin_id id, struct qemu_plugin_tb *tb)
{
    unsigned r = ranges_find(&ranges, qemu_plugin_tb_vaddr(tb));
    enum space space = ranges.range[r].space;

    if (space == SPACE_HYPERVISOR)
        qemu_plugin_register_vcpu_tb_exec_cb(tb, on_hypervisor_block, PLUGIN_NO_REGS,
                                             (void *)(uintptr_t)r);
    else
        qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_ADD_U64,
                                                 &guest_blocks[space == SPACE_USER ? USER : KERNEL], 1);
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        r = ranges_find(&ranges, qemu_plugin_insn_vaddr(insn));
        if (is_mark(tb, i))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, PLUGIN_NO_REGS, NULL);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, PLUGIN_ADD_U64, &count[r], 1);
    }
}

static void *zeroed(size_t n)
{
    void *p = calloc(n ? n : 1, sizeof(uint64_t));
    if (!p) {
        fputs("count: out of memory\n", stderr);
        exit(2);
    }
    return p;
}

static const char *value_of(const char *argument, const char *name)
{
    size_t n = strlen(name);
    return !strncmp(argument, name, n) && argument[n] == '=' ? argument + n + 1 : NULL;
}

int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
    const char *ranges_path = NULL, *out_path = NULL, *calls_path = NULL, *value;
    for (int i = 0; i < argc; i++) {
        if ((value = value_of(argv[i], "ranges")))
            ranges_path = value;
        else if ((value = value_of(argv[i], "out")))
            out_path = value;
        else if ((value = value_of(argv[i], "calls")))
            calls_path = value;
    }
    if (!ranges_path || !out_path || !ranges_read(&ranges, ranges_path) || !(out = fopen(out_path, "w")) ||
        (calls_path && !(calls = fopen(calls_path, "w")))) {
        fputs("count: wants ranges=FILE (readable, sorted), out=FILE and calls=FILE (writable)\n", stderr);
        return -1;
    }
    const unsigned n = ranges.hypervisor;
    count = zeroed(ranges.n);
    at_mark = zeroed(ranges.n);
    visit.before = zeroed(n);
    visit.visits = zeroed(n * ORIGINS);
    visit.spent = zeroed((size_t)n * ORIGINS * n);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
