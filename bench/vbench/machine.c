/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/machine.h"
#include "bench/vbench/host.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The guest kernel's part of the command line, the same in every column except for the console. */
#define GUEST_ARGS "panic=-1 nokaslr norandmaps vtg.run="

#define XEN_ARGS "console=com1 com1=115200,8n1 dom0_mem=1024M noreboot"

static const struct {
    const char *hypervisor, *args, *console, *mode;
} columns[COLUMNS] = {
    [COLUMN_NATIVE] = {NULL, NULL, "ttyS0", "bench"},
    [COLUMN_VANTAGE] = {"vantage", "console=com1 dom0_mem=1024M noreboot", "hvc0", "bench"},
    [COLUMN_TRACED] = {"vantage", "console=com1 dom0_mem=1024M noreboot trace=hypercall,mmu,sched",
                       "hvc0", "bench"},
    [COLUMN_XEN] = {"guests/xen", XEN_ARGS, "hvc0", "bench"},
    [COLUMN_XEN_FAST] = {"guests/xen", XEN_ARGS " spec-ctrl=no xpti=no pv-l1tf=off", "hvc0",
                         "bench"},
    [COLUMN_UML] = {NULL, NULL, "ttyS0", "uml"},
};

static const char *const fixed_args[] = {
    "-accel",     "tcg",
    "-cpu",       "qemu64",
    "-icount",    "shift=0,sleep=off",
    "-rtc",       "base=2026-01-01,clock=vm",
    "-seed",      "20031019",
    "-m",         "2048",
    "-nographic", "-no-reboot",
    "-nic",       "none",
};

char *machine_hypervisor(const struct machine *m, enum column_id column)
{
    const char *file = columns[column].hypervisor;
    return file ? text("%s/%s", m->build, file) : NULL;
}

char *machine_kernel(const struct machine *m)
{
    return text("%s/%s", m->build, suites[m->suite].kernel);
}

char *machine_initrd(const struct machine *m, enum column_id column)
{
    const struct suite *suite = &suites[m->suite];
    const char *file = column == COLUMN_UML ? suite->uml : suite->initrd;
    return *file ? text("%s/%s", m->build, file) : NULL;
}

static char *unreadable(char *path)
{
    char *why = access(path, R_OK) ? text("%s is not there; run make", path) : NULL;
    free(path);
    return why;
}

char *machine_missing(const struct machine *m, enum column_id column)
{
    char *hypervisor = machine_hypervisor(m, column), *why;
    if (hypervisor && (why = unreadable(hypervisor)))
        return why;
    if (!columns[column].hypervisor && !suite_has_native(m->suite))
        return text("suite %s needs a hypervisor", suites[m->suite].name);
    if (column == COLUMN_UML && !*suites[m->suite].uml)
        return text("suite %s has no image for user-mode Linux", suites[m->suite].name);
    if ((why = unreadable(machine_kernel(m))))
        return why;
    return *suites[m->suite].initrd ? unreadable(machine_initrd(m, column)) : NULL;
}

/* QEMU separates boot modules with commas; one inside a module's name or arguments is doubled. */
static char *commas_doubled(char *s)
{
    char *doubled = calloc(2, strlen(s) + 1), *to = doubled;
    for (const char *from = s; doubled && *from; from++) {
        *to++ = *from;
        if (*from == ',')
            *to++ = ',';
    }
    free(s);
    return doubled;
}

static char **add(char **argv, const char *option, char *value)
{
    *argv++ = text("%s", option);
    *argv++ = value;
    return argv;
}

static void add_boot_args(char **argv, const struct machine *m, enum column_id column,
                          const char *what)
{
    char *kernel = machine_kernel(m), *initrd = machine_initrd(m, column);
    char *guest = text("console=%s " GUEST_ARGS "%s:%s", columns[column].console,
                       columns[column].mode, what);

    if (!columns[column].hypervisor) {
        argv = add(argv, "-kernel", kernel);
        argv = add(argv, "-initrd", initrd);
        add(argv, "-append", guest);
        return;
    }
    char *module = commas_doubled(text("%s %s", kernel, guest));
    char *second = initrd ? commas_doubled(initrd) : NULL;
    argv = add(argv, "-kernel", machine_hypervisor(m, column));
    argv = add(argv, "-append", text("%s", columns[column].args));
    add(argv, "-initrd", text("%s%s%s", module, second ? "," : "", second ? second : ""));
    free(kernel);
    free(guest);
    free(module);
    free(second);
}

char **machine_argv(const struct machine *m, enum column_id column, const char *what)
{
    enum { FIXED = sizeof fixed_args / sizeof *fixed_args };
    char **argv = calloc(MACHINE_ARGS_MAX, sizeof *argv);
    if (!argv)
        return NULL;
    argv[0] = text("%s", m->qemu);
    for (int i = 0; i < FIXED; i++)
        argv[1 + i] = text("%s", fixed_args[i]);
    add_boot_args(argv + 1 + FIXED, m, column, what);
    return argv;
}

void machine_argv_free(char **argv)
{
    for (char **arg = argv; *arg; arg++)
        free(*arg);
    free(argv);
}

char *machine_command(char *const argv[])
{
    char *line = text("%s", argv[0]);
    for (int i = 1; argv[i]; i++) {
        const char *quote = strpbrk(argv[i], " +:") ? "\"" : "";
        char *longer = text("%s %s%s%s", line, quote, argv[i], quote);
        free(line);
        line = longer;
    }
    return line;
}
