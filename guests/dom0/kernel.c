/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel changes itself: modules, compiled filters, probes and tracers that patch its text. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"

/* /modules holds objects in the order in which they must be loaded: 1-crc16.ko, 2-... */
static void modules(void)
{
    static const struct { const char *file, *name; } list[] = {
        {"/modules/crc16.ko", "crc16"}, {"/modules/mbcache.ko", "mbcache"},
        {"/modules/loop.ko", "loop"}, {"/modules/dummy.ko", "dummy"},
    };
    char text[16384];

    if (access(list[0].file, R_OK))
        skip("no /modules");
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
            int fd = open(list[i].file, O_RDONLY);

            EXPECT(fd >= 0, "%s ", list[i].file);
            EXPECT(syscall(SYS_finit_module, fd, "", 0) == 0, "%s ", list[i].name);
            close(fd);
            EXPECT(get("/proc/modules", text, sizeof(text)) > 0 && strstr(text, list[i].name));
            EXPECT(syscall(SYS_delete_module, list[i].name, 0) == 0, "%s ", list[i].name);
        }
}

static int bpf(int command, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* r0 = the length of the packet, times 0 or 1: an odd first byte is dropped. */
static int load_filter(void)
{
    struct bpf_insn text[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6, .src_reg = 1},
        {.code = BPF_LD | BPF_ABS | BPF_B, .imm = 0},
        {.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = 0, .imm = 1},
        {.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .imm = 0, .off = 2},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 65535},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                           .insn_cnt = sizeof(text) / sizeof(*text),
                           .insns = (uintptr_t)text,
                           .license = (uintptr_t)"GPL"};

    return bpf(BPF_PROG_LOAD, &attr);
}

static void packets(int from, int to)
{
    for (unsigned char i = 0; i < 100; i++) {
        unsigned char got = 255;

        EXPECT(send(from, &i, 1, 0) == 1);
        EXPECT(recv(to, &got, 1, MSG_DONTWAIT) == (i & 1 ? -1 : 1), "packet %u ", i);
        EXPECT(i & 1 || got == i);
    }
}

static void compiled_filter(void)
{
    char text[16] = "";

    EXPECT(put("/proc/sys/net/core/bpf_jit_enable", "1"));
    EXPECT(get("/proc/sys/net/core/bpf_jit_enable", text, sizeof(text)) > 0 && text[0] == '1');
    for (unsigned round = 0; round < 20; round++) {
        int ends[2], program = load_filter();

        EXPECT(program >= 0);
        EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
        EXPECT(setsockopt(ends[0], SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) == 0);
        packets(ends[1], ends[0]);
        close(program), close(ends[0]), close(ends[1]);
    }
}

static void need_tracing(void)
{
    if (access(TRACING "current_tracer", F_OK))
        mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
    if (access(TRACING "current_tracer", F_OK))
        skip("no tracefs");
}

static unsigned lines_with(const char *word)
{
    static char text[1 << 20];
    unsigned n = 0;

    EXPECT(get(TRACING "trace", text, sizeof(text)) >= 0);
    for (char *p = text; (p = strstr(p, word)); p++)
        n++;
    return n;
}

static void empty_trace(void)
{
    int fd = open(TRACING "trace", O_WRONLY | O_TRUNC);

    EXPECT(fd >= 0);
    close(fd);
}

/* A probe in the kernel's text, hit as often as it is passed, and gone when it is taken away. */
static void kernel_probe(void)
{
    need_tracing();
    for (unsigned round = 0; round < 3; round++) {
        empty_trace();
        if (!put(TRACING "kprobe_events", "p:suite/ppid __x64_sys_getppid"))
            skip("no kprobes");
        EXPECT(put(TRACING "kprobe_events", "r:suite/back __x64_sys_getppid $retval"));
        EXPECT(put(TRACING "events/suite/enable", "1"));
        for (unsigned i = 0; i < 20; i++)
            syscall(SYS_getppid);
        EXPECT(put(TRACING "events/suite/enable", "0"));
        syscall(SYS_getppid);
        EXPECT(lines_with(" ppid: (") == 20, "%u hits ", lines_with(" ppid: ("));
        EXPECT(lines_with(" back: (") == 20, "%u returns ", lines_with(" back: ("));
        EXPECT(put(TRACING "kprobe_events", "-:suite/ppid") &&
               put(TRACING "kprobe_events", "-:suite/back"));
    }
}

/* Inside a function, where a breakpoint stands and its instruction is stepped over. */
static void kernel_probe_inside(void)
{
    need_tracing();
    empty_trace();
    if (!put(TRACING "kprobe_events", "p:suite/inside do_nanosleep+5"))
        skip("no kprobes here");
    EXPECT(put(TRACING "events/suite/enable", "1"));
    for (unsigned i = 0; i < 10; i++)
        usleep(1000);
    EXPECT(put(TRACING "events/suite/enable", "0"));
    EXPECT(lines_with(" inside: (") >= 10, "%u hits ", lines_with(" inside: ("));
    EXPECT(put(TRACING "kprobe_events", "-:suite/inside"));
}

/* The first instructions of a thousand functions changed and changed back. (All functions of a kernel
 * are forty thousand: an emulator takes minutes for those.) */
static void function_tracer(void)
{
    need_tracing();
    if (!put(TRACING "set_ftrace_filter", "*_sys_*"))
        skip("no function tracer");
    for (unsigned round = 0; round < 2; round++) {
        empty_trace();
        EXPECT(put(TRACING "current_tracer", "function"));
        for (unsigned i = 0; i < 30; i++)
            syscall(SYS_getppid);
        EXPECT(put(TRACING "current_tracer", "nop"));
        for (unsigned i = 0; i < 30; i++)
            syscall(SYS_getppid);
    }
    EXPECT(put(TRACING "current_tracer", "function"));
    for (unsigned i = 0; i < 30; i++)
        syscall(SYS_getppid);
    EXPECT(lines_with("sys_getppid") >= 30, "%u lines ", lines_with("sys_getppid"));
    EXPECT(put(TRACING "current_tracer", "nop"));
    empty_trace();
}

/* Events of the scheduler on and off: jump labels in busy text. */
static void jump_labels(void)
{
    need_tracing();
    for (unsigned i = 0; i < 10; i++) {
        EXPECT(put(TRACING "events/sched/enable", "1"));
        usleep(1000);
        EXPECT(put(TRACING "events/sched/enable", "0"));
    }
    EXPECT(lines_with("sched_switch:") >= 10);
    empty_trace();
}

const struct test kernel_tests[] = {
    {"modules", modules},
    {"compiled-filter", compiled_filter},
    {"kernel-probe", kernel_probe},
    {"kernel-probe-inside", kernel_probe_inside},
    {"jump-labels", jump_labels},
    {"function-tracer", function_tracer},
    {0},
};
