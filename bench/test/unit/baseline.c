/* SPDX-License-Identifier: BSD-2-Clause */
/* What a baseline may be compared with. */
#include "bench/vbench/baseline.h"
#include "bench/test/unit/unit.h"

#include <stdlib.h>

static bool is_comparable(char *base, char *now)
{
    char q[] = "q";
    struct baseline a = {.qemu = q, .kernel_sha256 = base, .initrd_sha256 = q},
                    b = {.qemu = q, .kernel_sha256 = now, .initrd_sha256 = q};
    char *why = baseline_mismatch(&a, &b);
    free(why);
    return !why;
}

void test_baseline(void)
{
    char ab[] = "aa+bb", a[] = "aa", b[] = "bb", half[] = "b", ac[] = "aa+cc";
    check(is_comparable(ab, ab) && is_comparable(ab, a) && is_comparable(ab, b) &&
              !is_comparable(a, ab) && !is_comparable(ab, half) && !is_comparable(ab, ac),
          "a run of one suite is compared with a baseline of several, not the other way round");
}
