/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/plan.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Adds every row that a name or a list of suites means. */
static int rows_parse(struct options *o)
{
    struct selection *rows = &o->plan.rows;
    for (int i = 0; i < o->name_count; i++)
        if (!selection_add(rows, o->names[i]))
            return usage_error("there is no benchmark or suite called %s (vbench list)",
                               o->names[i]);
    if (o->name_count)
        return EXIT_OK;
    char *list = strdupa(o->suite), *save = NULL;
    for (char *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save))
        if (suite_find(name) == SUITE_NONE || !selection_add(rows, name))
            return usage_error("there is no suite called %s (vbench list)", name);
    return selection_count(rows) ? EXIT_OK : usage_error("--suite names no suite");
}

static bool runs_any(const struct run_plan *plan, enum column_id column)
{
    for (int i = 0; i < ROWS; i++) {
        struct machine m = plan->machine;
        m.suite = suite_rows[i].suite;
        if (plan->rows.has[i] && machine_has(&m, column))
            return true;
    }
    return false;
}

static int columns_parse(struct options *o, const char *columns)
{
    char *list = strdupa(o->columns ? o->columns : columns), *save = NULL;
    unsigned count = 0;
    for (char *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        int column = column_find(name);
        if (column < 0)
            return usage_error("there is no column called %s (vbench list)", name);
        o->plan.columns[column] = true;
        count++;
    }
    return count ? EXIT_OK : usage_error("--columns names no column");
}

int places_check(const char *const paths[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int rc = paths[i] ? place_check(paths[i]) : 0;
        if (rc)
            return usage_error("cannot write %s: %s", paths[i], strerror(-rc));
    }
    return EXIT_OK;
}

int plan_make(struct options *o, const char *columns)
{
    int status = rows_parse(o);
    if (status == EXIT_OK && o->plan.addresses && access(o->plan.addresses, R_OK))
        return usage_error("cannot read %s: %s", o->plan.addresses, strerror(errno));
    if (status == EXIT_OK && (o->columns || columns))
        return columns_parse(o, columns);
    for (int c = 0; c < COLUMNS; c++)
        o->plan.columns[c] = column_runs_unasked(c) && runs_any(&o->plan, c);
    return status;
}

/* Adds the file's SHA-256 to those of the other images; takes the path. */
static void digest_add(char **digests, char *path)
{
    char *digest = path ? file_sha256(path) : NULL;
    if (digest && !(*digests && strstr(*digests, digest))) {
        char *longer = *digests ? text("%s+%s", *digests, digest) : text("%s", digest);
        free(*digests);
        *digests = longer;
    }
    free(digest);
    free(path);
}

void environment_fill(struct result *r, const struct options *o)
{
    struct utsname host;
    uname(&host);
    r->suite = text("%s", o->name_count ? "chosen" : o->suite);
    r->date = utc_now("%Y-%m-%dT%H:%M:%SZ");
    r->commit =
        capture((char *const[]){"git", "describe", "--always", "--dirty", "--abbrev=12", NULL});
    r->qemu = capture((char *const[]){(char *)o->plan.machine.qemu, "--version", NULL});
    r->host = text("%s %s, %ld CPUs", host.sysname, host.release, sysconf(_SC_NPROCESSORS_ONLN));
    for (int i = 0; i < ROWS; i++) {
        struct machine m = o->plan.machine;
        m.suite = suite_rows[i].suite;
        if (!o->plan.rows.has[i] || (i && suite_rows[i - 1].suite == m.suite &&
                                     o->plan.rows.has[i - 1]))
            continue;
        digest_add(&r->kernel_sha256, machine_kernel(&m));
        digest_add(&r->initrd_sha256, machine_initrd(&m, COLUMN_NATIVE));
    }
}
