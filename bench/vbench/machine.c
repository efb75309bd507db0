/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/machine.h"
#include "bench/vbench/host.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The guest kernel's part of the command line, the same in every column except for the console. */
#define GUEST_ARGS "panic=-1 nokaslr norandmaps vtg.run=bench:"

static const struct {
    const char *hypervisor, *args, *console;
} columns[COLUMNS] = {
    [COLUMN_NATIVE] = {NULL, NULL, "ttyS0"},
    [COLUMN_VANTAGE] = {"vantage", "console=com1 dom0_mem=1024M noreboot", "hvc0"},
    [COLUMN_TRACED] = {"vantage", "console=com1 dom0_mem=1024M noreboot trace=hypercall,mmu,sched",
                       "hvc0"},
    [COLUMN_XEN] = {"guests/xen", "console=com1 com1=115200,8n1 dom0_mem=1024M noreboot", "hvc0"},
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

char *machine_initrd(const struct machine *m)
{
    const char *file = suites[m->suite].initrd;
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
    if (column == COLUMN_NATIVE && !suite_has_native(m->suite))
        return text("suite %s needs a hypervisor", suites[m->suite].name);
    if ((why = unreadable(machine_kernel(m))))
        return why;
    return *suites[m->suite].initrd ? unreadable(machine_initrd(m)) : NULL;
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
    char *kernel = machine_kernel(m), *initrd = machine_initrd(m);
    char *guest = text("console=%s " GUEST_ARGS "%s", columns[column].console, what);

    if (column == COLUMN_NATIVE) {
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
