/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "trace/bpf/programs.h"
#include "trace/vtrace/fail.h"

bool programs_want(const char *classes, const char *class)
{
    char copy[200], *at = copy, *word;

    if (!classes)
        return true;
    snprintf(copy, sizeof(copy), "%s", classes);
    while ((word = strsep(&at, ",")))
        if (!strcmp(word, class))
            return true;
    return false;
}

static bool on_xen(void)
{
    char type[8] = "";
    FILE *f = fopen("/sys/hypervisor/type", "r");

    if (f) {
        if (!fgets(type, sizeof(type), f))
            type[0] = 0;
        fclose(f);
    }
    return !strncmp(type, "xen", 3);
}

static const char *class_of(const char *program)
{
    static const struct {
        const char *begin, *class;
    } classes[] = {{"syscall_", "syscall"}, {"fault_", "fault"}, {"task_", "task"},
                   {"mc_", "xen"}, {"mmu_", "xen"}, {"block_", "block"}, {"net_", "net"}, {"front_", "front"}};

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (!strncmp(program, classes[i].begin, strlen(classes[i].begin)))
            return classes[i].class;
    return "";
}

/* The front ends are modules; what is not loaded has no functions to attach to. */
static bool is_there(const char *program)
{
    if (strncmp(program, "front_", 6))
        return true;
    return !access(strstr(program, "_blkif") ? "/sys/kernel/btf/xen_blkfront" : "/sys/kernel/btf/xen_netfront", F_OK);
}

struct guest *programs_load(const char *classes, uint32_t recorder)
{
    struct guest *g = guest__open();
    struct bpf_program *p;
    bool xen = on_xen();

    if (!g)
        fail("libbpf cannot open the BPF programs: %s", strerror(errno));
    bpf_object__for_each_program(p, g->obj) {
        const char *name = bpf_program__name(p), *class = class_of(name);

        bpf_program__set_autoload(p, programs_want(classes, class) && (xen || strcmp(class, "xen")) && is_there(name));
    }
    g->rodata->recorder = recorder;
    if (guest__load(g))
        fail("the kernel refuses the BPF programs (%s); this needs root, and a kernel with BTF, as Debian's",
             strerror(errno));
    return g;
}

void programs_attach(struct guest *g)
{
    if (guest__attach(g))
        fail("the BPF programs cannot be attached: %s", strerror(errno));
}
