/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU's command line for each column. */
#include "bench/vbench/machine.h"
#include "bench/test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define OPTIONS "console=hvc0 panic=-1 nokaslr norandmaps "

/* Are the boot modules of such a machine these? */
static bool boots(const struct machine *m, enum column_id column, const struct launch *launch,
                  const char *modules)
{
    char **argv = machine_argv(m, column, launch), **arg = argv;
    while (*arg && strcmp(*arg, "-initrd"))
        arg++;
    bool is_so = *arg && !strcmp(arg[1], modules);
    machine_argv_free(argv);
    return is_so;
}

static void test_modules(void)
{
    struct machine m = {.qemu = "qemu", .build = "a,b"};
    struct launch together = {.kind = LAUNCH_TOGETHER, .what = "stat+null_call"},
                  saved = {.kind = LAUNCH_SAVED, .what = "nothing"};
    check(boots(&m, COLUMN_VANTAGE, &together,
                "a,,b/guests/vmlinuz " OPTIONS "vtg.run=bench:stat+null_call,a,,b/guests/initrd.gz"),
          "boot modules: commas of file names are doubled, the separator is not");
    check(boots(&m, COLUMN_XEN_DOMU, &saved,
                "a,,b/guests/vmlinuz " OPTIONS "vtg.run=script vtg.domu=choice,a,,b/guests/domu-bench.gz"),
          "a domU's column boots the control domain that makes it");
}

static void test_traced(void)
{
    struct machine m = {.qemu = "qemu", .build = "a,b", .suite = SUITE_hyper};
    struct launch launch = {.kind = LAUNCH_SAVED, .what = "nothing", .trace = "a,b.vtr"};
    char **argv = machine_argv(&m, COLUMN_TRACED, &launch);
    bool has_file = false, has_port = false;
    for (char **arg = argv; *arg; arg++) {
        has_file |= !strcmp(*arg, "file,id=trace,path=a,,b.vtr");
        has_port |= !strncmp(*arg, "isa-debugcon,", 13);
    }
    check(has_file && has_port, "a traced machine has a port for its rings, and a file behind it");
    machine_argv_free(argv);
}

void test_machine(void)
{
    struct machine quick = {.qemu = "qemu", .build = "a,b", .suite = SUITE_quick},
                   hyper = {.qemu = "qemu", .build = "a,b", .suite = SUITE_hyper};
    test_modules();
    check(!machine_has(&hyper, COLUMN_XEN_DOMU) && !column_runs_unasked(COLUMN_XEN_DOMU),
          "a suite without that image has no such column, and no run has it unasked");
    test_traced();
    char *why = machine_missing(&quick, COLUMN_VANTAGE);
    check(why && strstr(why, "a,b/vantage is not there; run make"), "a missing file is named");
    free(why);
}
