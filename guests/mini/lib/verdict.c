/* SPDX-License-Identifier: BSD-2-Clause */
/* The one spelling of a case and of a verdict. */
#include "verdict.h"

static const char *set_name = "none";
static unsigned int passed, failed, skipped;

void case_set(const char *set)
{
    set_name = set;
}

void case_ok(const char *name)
{
    passed++;
    print("case %s/%s ok\n", set_name, name);
}

void case_skip(const char *name, const char *why)
{
    skipped++;
    print("case %s/%s skip %s\n", set_name, name, why);
}

void case_error(const char *name, const char *why)
{
    failed++;
    print("case %s/%s error %s\n", set_name, name, why);
}

void case_fail(const char *name, const char *fmt, ...)
{
    char what[256];
    va_list ap;

    va_start(ap, fmt);
    format(what, sizeof(what), fmt, ap);
    va_end(ap);
    failed++;
    print("case %s/%s FAIL %s\n", set_name, name, what);
}

void case_true(const char *name, bool truth, const char *otherwise)
{
    if (truth)
        case_ok(name);
    else
        case_fail(name, "%s", otherwise);
}

void case_long(const char *name, long got, long want)
{
    if (got == want)
        case_ok(name);
    else
        case_fail(name, "got %ld, want %ld", got, want);
}

void case_either(const char *name, long got, long want, long or)
{
    if (got == want || got == or)
        case_ok(name);
    else
        case_fail(name, "got %ld, want %ld or %ld", got, want, or);
}

void case_hex(const char *name, u64 got, u64 want)
{
    if (got == want)
        case_ok(name);
    else
        case_fail(name, "got 0x%lx, want 0x%lx", got, want);
}

void case_trap(const char *name, int got, int vector, u64 error)
{
    if (got == vector && (vector < 0 || trap_last.error == error))
        case_ok(name);
    else
        case_fail(name, "got trap %d error 0x%lx rip 0x%lx, want trap %d error 0x%lx", got,
                  got < 0 ? 0 : trap_last.error, got < 0 ? 0 : trap_last.rip, vector, error);
}

void verdict_print(void)
{
    print("verdict: %u passed, %u failed, %u skipped\n", passed, failed, skipped);
}
