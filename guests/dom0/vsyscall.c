/* SPDX-License-Identifier: BSD-2-Clause */
/* The page of old at the top of every address space: three calls at fixed places. */
#define _GNU_SOURCE
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

typedef long time_call(long *);
typedef long day_call(struct timeval *, void *);

static void fixed_places(void)
{
    static char maps[65536];
    day_call *volatile day = (day_call *)0xffffffffff600000;
    time_call *volatile seconds = (time_call *)0xffffffffff600400;

    EXPECT(get("/proc/self/maps", maps, sizeof(maps)) > 0);
    if (!strstr(maps, "[vsyscall]"))
        skip("the kernel has no vsyscall page");
    for (unsigned i = 0; i < 200; i++) {
        struct timeval t = {0, 0};
        long now = time(NULL);

        EXPECT(day(&t, NULL) == 0 && t.tv_sec >= now && t.tv_sec <= now + 2);
        EXPECT(seconds(NULL) >= now && seconds(NULL) <= now + 2);
    }
}

const struct test vsyscall_tests[] = {
    {"vsyscall-page", fixed_places},
    {0},
};
