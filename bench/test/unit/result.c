/* SPDX-License-Identifier: BSD-2-Clause */
/* Documents of results: written, read, refused. */
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool results_equal(const struct result *a, const struct result *b)
{
    for (int c = 0; c < COLUMNS; c++) {
        const struct column *p = &a->columns[c], *q = &b->columns[c];
        if (memcmp(p->metrics, q->metrics, sizeof p->metrics) || p->repeat != q->repeat ||
            p->asked != q->asked || p->wall_s != q->wall_s)
            return false;
    }
    return !strcmp(a->commit, b->commit) && !strcmp(a->suite, b->suite) &&
           !strcmp(a->date, b->date) && !b->qemu &&
           !strcmp(a->columns[COLUMN_XEN].reason, b->columns[COLUMN_XEN].reason);
}

/* Is a document of these bytes read? The complaint goes nowhere. */
static bool is_read(const char *bytes)
{
    static struct result r;
    char *path = text("%s/bytes.json", folder);
    int complaints = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    file_replace(path, bytes, strlen(bytes));
    dup2(nowhere, STDERR_FILENO);
    int rc = result_read(&r, path);
    dup2(complaints, STDERR_FILENO);
    if (rc == 0)
        result_free(&r);
    close(nowhere);
    close(complaints);
    unlink(path);
    free(path);
    return rc == 0;
}

static void test_refusals(void)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"schema\":\"vbench-result/2\",\"columns\":{}}",
        "{\"schema\":\"vbench-result/1\"}",
        "{\"schema\":\"vbench-result/1\",\"columns\":{\"native\":3}}",
        "{\"schema\":\"vbench-result/1\",\"columns\":{\"native\":{\"benches\":"
        "{\"stat\":{\"iters\":0,\"samples_ns\":[1]}}}}}",
    };
    bool is_any_read = false;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        is_any_read |= is_read(bad[i]);
    check(!is_any_read, "documents that are damaged, foreign or incomplete are refused");
    check(is_read("{\"schema\":\"vbench-result/1\",\"new\":1,\"suite\":\"quick\",\"date\":"
                  "\"2026-01-01T00:00:00Z\",\"commit\":null,\"environment\":{\"qemu\":null,"
                  "\"host\":null,\"kernel_sha256\":null,\"initrd_sha256\":null,\"more\":2},"
                  "\"columns\":{\"future\":{},\"native\":{\"status\":\"ok\",\"reason\":null,"
                  "\"wall_s\":1,\"repeat\":\"unknown\",\"console_sha256\":null,"
                  "\"binary_sha256\":null,\"command\":null,\"benches\":{\"future_row\":{}}}}}"),
          "unknown keys, columns and rows are passed over");
}

void test_result(void)
{
    static struct result written, read;
    char *path = text("%s/deep/er/result.json", folder);
    result_make(&written);
    check(result_write(&written, path) == 0, "a document is written, its folders made");
    check(result_read(&read, path) == 0 && results_equal(&written, &read), "and reads back the same");
    check(result_write(&written, "/proc/none/x.json") < 0, "an impossible place is an error");
    result_free(&written);
    result_free(&read);
    free(path);
    test_refusals();
}
