/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes docs/OPTIONS.md from hypervisor/core/options.def. */
#include <stdio.h>

#define OPTION(name, read, value, meaning) row(name, value, meaning);

static void row(const char *name, const char *value, const char *meaning)
{
    printf("| `%s%s%s` | %s |\n", name, *value ? "=" : "", value, meaning);
}

int main(void)
{
    printf("# Options of the hypervisor\n\n"
           "Generated from `hypervisor/core/options.def`; do not edit. Options stand on the hypervisor's command\n"
           "line, separated by spaces; names are Xen's where Xen has the option. What is in parentheses holds when\n"
           "the option is not given. An unknown option or a value that is not understood stops the boot with one line.\n\n"
           "| option | what it does |\n|---|---|\n");
#include "hypervisor/core/options.def"
    return 0;
}
