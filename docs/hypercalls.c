/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes docs/HYPERCALLS.md from hypervisor/hypercalls.def. */
#include <stdio.h>

#define ARG(type, name) "`" #type " " #name "`"
#define HC0(nr, name, text)                     row(nr, #name, "none", text);
#define HC1(nr, name, T1, a1, text)             row(nr, #name, ARG(T1, a1), text);
#define HC2(nr, name, T1, a1, T2, a2, text)     row(nr, #name, ARG(T1, a1) ", " ARG(T2, a2), text);
#define HC3(nr, name, T1, a1, T2, a2, T3, a3, text)                                                \
    row(nr, #name, ARG(T1, a1) ", " ARG(T2, a2) ", " ARG(T3, a3), text);
#define HC4(nr, name, T1, a1, T2, a2, T3, a3, T4, a4, text)                                        \
    row(nr, #name, ARG(T1, a1) ", " ARG(T2, a2) ", " ARG(T3, a3) ", " ARG(T4, a4), text);

static void row(int nr, const char *name, const char *arguments, const char *text)
{
    printf("| %d | `%s` | %s | %s |\n", nr, name, arguments, text);
}

int main(void)
{
    printf("# Hypercalls\n\n"
           "Generated from `hypervisor/hypercalls.def`; do not edit. Numbers, names and meanings are the\n"
           "published Xen PV ABI's but for the last row, which is ours. A number that is not here\n"
           "answers `-ENOSYS` before any argument is read.\n\n"
           "| number | name | arguments | what it does |\n|---|---|---|---|\n");
#include "hypervisor/hypercalls.def"
    return 0;
}
