/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the host tests of vbench's parts, built with the address and undefined-behaviour sanitizers. */
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"

#include <stdio.h>
#include <stdlib.h>

const char *folder;

int main(void)
{
    char template[] = "/tmp/vbench-test.XXXXXX";
    folder = mkdtemp(template);
    if (!folder) {
        perror(template);
        return 1;
    }
    test_suite();
    test_line();
    test_result();
    test_compare();
    test_gate();
    test_baseline();
    test_table();
    test_report();
    test_documents();
    test_machine();
    test_pmu();
    test_wall();
    char *clean = text("rm -rf '%s'", folder);
    int rc = system(clean);
    free(clean);
    return check_end() || rc;
}
