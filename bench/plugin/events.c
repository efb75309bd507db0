/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A QEMU plugin that counts how often chosen instructions are executed: the entries of functions.
 *
 *     -plugin build/bench/plugin/events.so,addresses=FILE,out=FILE
 *
 * addresses  `ADDRESS NAME` lines, addresses in hexadecimal (bench/plugin/addresses makes them)
 * out        `NAME COUNT` lines in the same order, at the end; several addresses may have one name
 *
 * Only those instructions pay for it, so it may count in every run.
 */
#include "bench/plugin/qemu_plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 256 };

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;
PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv);

static struct event {
    uint64_t address, count;
    char name[64];
} events[EVENTS_MAX];
static unsigned event_count;
static FILE *out;

static void on_end(plugin_id id, void *data)
{
    for (unsigned i = 0; i < event_count; i++)
        fprintf(out, "%s %" PRIu64 "\n", events[i].name, events[i].count);
    if (fclose(out))
        perror("events: the output could not be written");
}

static void on_block(plugin_id id, struct qemu_plugin_tb *tb)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t va = qemu_plugin_insn_vaddr(insn);
        for (unsigned e = 0; e < event_count; e++)
            if (events[e].address == va)
                qemu_plugin_register_vcpu_insn_exec_inline(insn, PLUGIN_ADD_U64, &events[e].count, 1);
    }
}

static int addresses_read(const char *path)
{
    FILE *f = fopen(path, "r");
    while (f && event_count < EVENTS_MAX &&
           fscanf(f, "%" SCNx64 " %63s", &events[event_count].address, events[event_count].name) == 2)
        event_count++;
    int whole = f && feof(f);
    if (f)
        fclose(f);
    return whole;
}

static const char *value_of(const char *argument, const char *name)
{
    size_t n = strlen(name);
    return !strncmp(argument, name, n) && argument[n] == '=' ? argument + n + 1 : NULL;
}

int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
    const char *from = NULL, *to = NULL, *value;
    for (int i = 0; i < argc; i++) {
        if ((value = value_of(argv[i], "addresses")))
            from = value;
        else if ((value = value_of(argv[i], "out")))
            to = value;
    }
    if (!from || !to || !addresses_read(from) || !(out = fopen(to, "w"))) {
        fputs("events: wants addresses=FILE (readable) and out=FILE (writable)\n", stderr);
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
