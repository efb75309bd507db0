/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/machine.h"
#include "bench/micro/choice.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The guest kernel's part of the command line, the same in every column except for the console. */
#define GUEST_ARGS "panic=-1 nokaslr norandmaps"

#define EVENTS_PLUGIN "build/bench/plugin/events.so"

/* What one unit of the seed adds to the last boot module: some pages and a part of one. */
enum { PAD_BYTES = 5 * 4096 + 512 };

/* Whose init runs the programs: that of the system that is booted, or of one inside it (guests/images/uml,
 * domu). */
enum image { PLAIN, UML, DOMU };

static const char *const modes[] = {[PLAIN] = "", [UML] = "uml:", [DOMU] = "script vtg.domu="};

enum runs { ALWAYS, ASKED };

static const struct {
    const char *hypervisor, *args, *console;
    enum image image;
    enum runs runs;
} columns[COLUMNS] = {
#define COLUMN(id, name, title, hypervisor, args, console, image, runs, what)                             \
    {hypervisor, args, console, image, runs},
#include "bench/columns.def"
};

static const char *const exact_args[] = {"-accel", "tcg", "-icount", "shift=0,sleep=off"};

static const char *const wall_args[] = {"-accel", "tcg,thread=multi"};

static const char *const fixed_args[] = {
    "-cpu",       "qemu64",
    "-rtc",       "base=2026-01-01,clock=vm",
    "-seed",      "20031019",
    "-m",         "2048",
    "-nodefaults", "-no-reboot",
    "-display",   "none",
    "-serial",    "stdio",
};

/* The watchdog stops the machine instead of resetting it, and the monitor saves it there. */
static const char *const saved_args[] = {
    "-device", "ib700", "-action", "watchdog=pause",
    "-chardev", "socket,id=control,fd=3", "-mon", "chardev=control,mode=control",
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

/* "" where the suite has none. */
static const char *image_file(const struct machine *m, enum column_id column)
{
    const struct suite *suite = &suites[m->suite];
    const enum image image = columns[column].image;
    return image == UML ? suite->uml : image == DOMU ? suite->domu : suite->initrd;
}

char *machine_initrd(const struct machine *m, enum column_id column)
{
    const char *file = image_file(m, column);
    return *file ? text("%s/%s", m->build, file) : NULL;
}

bool machine_has(const struct machine *m, enum column_id column)
{
    if (columns[column].image != PLAIN)
        return *image_file(m, column) != 0;
    return columns[column].hypervisor || suite_has_native(m->suite);
}

bool column_runs_unasked(enum column_id column)
{
    return columns[column].runs == ALWAYS;
}

bool machine_counts_events(enum column_id column)
{
    return column == COLUMN_VANTAGE;
}

bool machine_is_traced(enum column_id column)
{
    return column == COLUMN_TRACED;
}

/* The last boot module, which a seed makes longer. */
static char *machine_tail(const struct machine *m, enum column_id column)
{
    char *initrd = machine_initrd(m, column);
    return initrd ? initrd : machine_kernel(m);
}

static char *padded_path(const struct machine *m, const char *path)
{
    return text("%s/bench/seed%u-%s", m->build, m->seed, strrchr(path, '/') + 1);
}

/* `path`, or in its place what machine_pad() made of it. Takes and gives a string to free. */
static char *padded(const struct machine *m, char *path)
{
    if (!m->seed || !path)
        return path;
    char *longer = padded_path(m, path);
    free(path);
    return longer;
}

int machine_pad(const struct machine *m, enum column_id column)
{
    if (!m->seed)
        return 0;
    char *from = machine_tail(m, column), *to = padded_path(m, from);
    char *bytes = text("%u", m->seed * PAD_BYTES);
    int rc = parents_make(to);
    char *said = rc ? NULL : capture((char *const[]){"sh", "-c", "{ cat -- \"$1\" && head -c \"$3\" "
                                     "/dev/zero; } >\"$2\" && echo done", "sh", from, to, bytes, NULL});
    if (rc == 0 && !said)
        rc = -EIO;
    free(said);
    free(bytes);
    free(from);
    free(to);
    return rc;
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

static char **add_all(char **argv, const char *const *args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *argv++ = text("%s", args[i]);
    return argv;
}

#define ADD_ALL(argv, args) add_all(argv, args, sizeof(args) / sizeof *(args))

static char *guest_args(const struct machine *m, enum column_id column, const struct launch *launch)
{
    char *run = launch->kind == LAUNCH_TOGETHER ? text("bench:%s", launch->what) : text("choice");
    char *seed = m->seed ? text(" vtg.seed=%u", m->seed) : text("%s", "");
    char *line = text("console=%s " GUEST_ARGS "%s vtg.run=%s%s", columns[column].console, seed,
                      modes[columns[column].image], run);
    free(run);
    free(seed);
    return line;
}

static char **add_boot_args(char **argv, const struct machine *m, enum column_id column,
                            const struct launch *launch)
{
    char *kernel = machine_kernel(m), *initrd = padded(m, machine_initrd(m, column));
    char *guest = guest_args(m, column, launch);

    if (!initrd)
        kernel = padded(m, kernel);
    if (!columns[column].hypervisor) {
        argv = add(argv, "-kernel", kernel);
        argv = add(argv, "-initrd", initrd);
        return add(argv, "-append", guest);
    }
    char *module = commas_doubled(text("%s %s", kernel, guest));
    char *second = initrd ? commas_doubled(initrd) : NULL;
    argv = add(argv, "-kernel", machine_hypervisor(m, column));
    argv = add(argv, "-append", text("%s", columns[column].args));
    argv = add(argv, "-initrd", text("%s%s%s", module, second ? "," : "", second ? second : ""));
    free(kernel);
    free(guest);
    free(module);
    free(second);
    return argv;
}

static char **add_saved_args(char **argv, const struct launch *launch)
{
    if (launch->addresses && launch->events)
        argv = add(argv, "-plugin", text("%s,addresses=%s,out=%s", EVENTS_PLUGIN, launch->addresses,
                                         launch->events));
    argv = ADD_ALL(argv, saved_args);
    argv = add(argv, "-fw_cfg", text("name=" CHOICE_FILE ",string=%s", launch->what));
    return launch->kind == LAUNCH_RESTORED ? add(argv, "-incoming", text("defer")) : argv;
}

/* The port that the hypervisor writes its rings to (hypervisor/trace/file.c). */
static char **add_trace_port(char **argv, const char *file)
{
    char *path = commas_doubled(text("%s", file));
    argv = add(argv, "-chardev", text("file,id=trace,path=%s", path));
    argv = add(argv, "-device", text("isa-debugcon,chardev=trace,iobase=0xe9"));
    free(path);
    return argv;
}

char **machine_argv(const struct machine *m, enum column_id column, const struct launch *launch)
{
    char **argv = calloc(MACHINE_ARGS_MAX, sizeof *argv), **end = argv;
    if (!argv)
        return NULL;
    *end++ = text("%s", m->qemu);
    end = m->wall ? ADD_ALL(end, wall_args) : ADD_ALL(end, exact_args);
    end = ADD_ALL(end, fixed_args);
    end = add_boot_args(end, m, column, launch);
    if (launch->trace)
        end = add_trace_port(end, launch->trace);
    if (launch->kind != LAUNCH_TOGETHER)
        add_saved_args(end, launch);
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
