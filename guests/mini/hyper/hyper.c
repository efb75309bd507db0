/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the rows of suite hyper named by `vtg.run=bench:NAME[+NAME...]` (`hyper`: all), or what a restored machine is
 * told with `vtg.run=choice`. Prints what the micro benchmarks print: for each `VTG-BENCH <name>`, then a JSON line.
 */
#include "hyper.h"

#include "bench/micro/choice.h"

#include <xen/physdev.h>
#include <xen/platform.h>
#include <xen/sched.h>

enum { SAMPLES_MAX = 32, LINE_MAX = 480 };

static const struct bench {
    const char *name, *metric;
    unsigned int iterations, samples;
    u64 (*run)(unsigned int iterations);
} benches[] = {
#define HYPER(id, iterations, samples, ...) {#id, "ns", iterations, samples, bench_##id},
#define MEMORY(id, ...) {#id, "bytes", 1, 1, bench_##id},
#include "bench/suite.def"
};

/* The way a dom0 without an operating system's ACPI switches QEMU's PC off: S5 is sleep type 0. */
static void __attribute__((noreturn)) power_off(int status)
{
    struct xen_platform_op op = {.cmd = XENPF_enter_acpi_sleep,
                                 .interface_version = XENPF_INTERFACE_VERSION};

    print("VTG-EXIT %d\n", status);
    op.u.enter_acpi_sleep.sleep_state = 5;
    op.u.enter_acpi_sleep.val_a = 1u << 13; /* SLP_EN */
    hyp_platform_op(&op);
    guest_shutdown(SHUTDOWN_poweroff);
}

void must(bool truth, const char *what)
{
    if (truth)
        return;
    print("hyper: %s\n", what);
    power_off(1);
}

static char *append(char *to, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    to += format(to, 64, fmt, ap);
    va_end(ap);
    return to;
}

static void run(const struct bench *b)
{
    static char line[LINE_MAX];
    u64 sample[SAMPLES_MAX];
    char *end;
    unsigned int i;

    print("VTG-BENCH %s\n", b->name);
    if (!b->run(b->iterations)) {
        print("VTG-SKIP %s the hypervisor does not say\n", b->name);
        return;
    }
    for (i = 0; i < b->samples; i++)
        sample[i] = b->run(b->iterations);
    end = append(line, "{\"bench\":\"%s\",\"metric\":\"%s\",", b->name, b->metric);
    end = append(end, "\"iters\":%u,\"samples\":[", b->iterations);
    for (i = 0; i < b->samples; i++)
        end = append(end, i ? ",%lu" : "%lu", sample[i]);
    append(end, "]}");
    print("%s\n", line);
}

/* Is the word `name` one of the list, whose words are joined by + and end at a space? */
static bool is_in(const char *list, const char *name)
{
    size_t n = strlen(name);

    for (;;) {
        if (!strncmp(list, name, n) && (!list[n] || list[n] == '+' || list[n] == ' '))
            return true;
        while (*list && *list != '+' && *list != ' ')
            list++;
        if (*list++ != '+')
            return false;
    }
}

static const char *find_list(const char *args)
{
    static const char key[] = "vtg.run=bench:";

    for (; *args; args++)
        if (!strncmp(args, key, sizeof key - 1))
            return args + sizeof key - 1;
    return "hyper";
}

static bool is_saved_first(const char *args)
{
    static const char key[] = "vtg.run=choice";

    for (; *args; args++)
        if (!strncmp(args, key, sizeof key - 1))
            return true;
    return false;
}

static const char *await_list(void)
{
    static char list[CHOICE_MAX];
    struct physdev_set_iopl iopl = {.iopl = 1};
    struct sched_poll asleep = {.timeout = time_ns() + CHOICE_SLEEP_S * 1000000000ull};

    must(!hyp_physdev_op(PHYSDEVOP_set_iopl, &iopl), "no I/O privilege");
    choice_arm();
    must(!hyp_sched_op(SCHEDOP_poll, &asleep), "cannot sleep");
    must(choice_read(list), "the machine was told nothing to run");
    return list;
}

void mini_main(const char *args)
{
    const char *list;
    unsigned int i;

    print("VTG-INIT 0.00\n");
    memory_prepare();
    list = is_saved_first(args) ? await_list() : find_list(args);
    for (i = 0; i < ARRAY_SIZE(benches); i++)
        if (is_in(list, "hyper") || is_in(list, benches[i].name))
            run(&benches[i]);
    power_off(0);
}
