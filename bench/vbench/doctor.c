/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/doctor.h"
#include "bench/vbench/host.h"
#include "bench/vbench/kvm.h"
#include "bench/vbench/pmu.h"
#include "bench/vbench/run.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEGABYTES_PER_COLUMN = 2048 };

/* Where answers go when they are to be JSON; else NULL, and each is printed at once. */
static json_t *answers;

static bool answer(bool is_well, const char *question, const char *detail)
{
    if (answers)
        json_array_append_new(answers, json_pack("{s:b, s:s, s:s}", "ok", is_well, "question", question,
                                                 "detail", detail));
    else
        printf("%-4s %-16s %s\n", is_well ? "ok" : "no", question, detail);
    return is_well;
}

static bool ask_qemu(const struct machine *m)
{
    char *version = capture((char *const[]){(char *)m->qemu, "--version", NULL});
    bool is_well = answer(version, "QEMU", version ? version : "cannot run it; run ci/deps");
    free(version);
    return is_well;
}

static bool ask_column(const struct machine *m, enum column_id column)
{
    char *missing = machine_missing(m, column);
    bool is_well =
        answer(!missing, column_names[column], missing ? missing : "its files are there");
    free(missing);
    return is_well;
}

static bool ask_program(const char *question, const char *program, const char *package)
{
    char *said = capture((char *const[]){(char *)program, "--version", NULL});
    char *advice = text("not found; install %s (ci/deps)", package);
    bool is_well = answer(said, question, said ? said : advice);
    free(advice);
    free(said);
    return is_well;
}

static void ask_memory(void)
{
    long megabytes = sysconf(_SC_AVPHYS_PAGES) / 256, cpus = sysconf(_SC_NPROCESSORS_ONLN);
    char *detail = text("%ld MB free, %ld CPUs; a column wants up to %d MB and one CPU", megabytes,
                        cpus, MEGABYTES_PER_COLUMN);
    answer(megabytes > MEGABYTES_PER_COLUMN / 2, "room", detail);
    free(detail);
}

/* The shortest run there is, twice: a mini guest on Vantage. */
static bool ask_determinism(const struct machine *m)
{
    static struct result r;
    struct run_plan plan = {.machine = *m, .jobs = 2, .timeout = 120, .silence = 120, .twice = true};
    plan.columns[COLUMN_VANTAGE] = true;
    plan.rows.has[ROW_hypercall_null] = true;
    run_columns(&plan, &r, NULL);
    const struct column *column = &r.columns[COLUMN_VANTAGE];
    bool is_well = answer(column->repeat == IDENTICAL, "exact",
                          column->reason ? column->reason : "a short run twice printed the same bytes");
    result_free(&r);
    return is_well;
}

static void ask_probe(const char *question, bool is_well, char *detail)
{
    answer(is_well, question, detail);
    free(detail);
}

/* What only hardware runs would use. */
static void ask_hardware(void)
{
    char *detail;
    bool is_well = kvm_probe(&detail);
    ask_probe("KVM", is_well, detail);
    is_well = pmu_probe("INSTRUCTIONS", &detail);
    ask_probe("PMU", is_well, detail);
}

static int ask_all(const struct machine *m)
{
    bool is_well = ask_qemu(m);
    is_well &= ask_column(m, COLUMN_NATIVE);
    is_well &= ask_column(m, COLUMN_VANTAGE);
    ask_column(m, COLUMN_XEN);
    ask_column(m, COLUMN_UML);
    ask_column(m, COLUMN_VANTAGE_DOMU);
    ask_column(m, COLUMN_XEN_DOMU);
    ask_program("plots", "gnuplot", "gnuplot-nox");
    ask_program("digests", "sha256sum", "coreutils");
    ask_memory();
    ask_hardware();
    if (is_well)
        is_well = ask_determinism(m);
    return is_well ? EXIT_OK : EXIT_NOT_RUN;
}

int doctor_print(const struct machine *m, bool as_json)
{
    answers = as_json ? json_array() : NULL;
    int status = ask_all(m);
    if (!answers)
        return status;
    json_t *root = json_pack("{s:s, s:i, s:o}", "schema", "vbench-doctor/1", "status", status, "answers",
                             answers);
    answers = NULL;
    json_dumpf(root, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(root);
    return status;
}
