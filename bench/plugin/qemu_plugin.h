/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of QEMU's plugin interface, version 1 (QEMU 6.0 to 8.1), that our plugins use; Debian does not
 * package QEMU's own header. QEMU resolves these names when it loads the plugin.
 */
#ifndef BENCH_PLUGIN_QEMU_PLUGIN_H
#define BENCH_PLUGIN_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT __attribute__((visibility("default")))

enum { PLUGIN_VERSION = 1, PLUGIN_NO_REGS = 0, PLUGIN_ADD_U64 = 0 };

typedef uint64_t plugin_id;
struct qemu_plugin_tb;   /* a run of instructions translated together */
struct qemu_plugin_insn; /* one of them */
struct qemu_info;

typedef void plugin_on_translate(plugin_id id, struct qemu_plugin_tb *tb);
typedef void plugin_on_execute(unsigned cpu, void *data);
typedef void plugin_on_exit(plugin_id id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_on_translate *call);
void qemu_plugin_register_atexit_cb(plugin_id id, plugin_on_exit *call, void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, plugin_on_execute *call, int flags,
                                          void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *counter,
                                              uint64_t n);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_on_execute *call,
                                            int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *counter,
                                                uint64_t n);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#endif
