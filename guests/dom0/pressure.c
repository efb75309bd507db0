/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory nearly all used, and more asked for than there is: the kernel kills, and lives. */
#define _GNU_SOURCE
#include "suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t available_pages(void)
{
    char text[4096], *line;

    EXPECT(get("/proc/meminfo", text, sizeof(text)) > 0);
    line = strstr(text, "MemAvailable:");
    EXPECT(line);
    return strtoul(line + 13, NULL, 10) / 4;
}

static uint64_t *fill(size_t pages)
{
    uint64_t *p = mmap(NULL, pages << 12, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    EXPECT(p != MAP_FAILED);
    for (size_t i = 0; i < pages; i++)
        p[i << 9] = i * 0x9e3779b97f4a7c15;
    return p;
}

/* Every page of four fifths of what is free keeps its own word, and is given back. */
static void most_of_memory(void)
{
    for (unsigned round = 0; round < 2; round++) {
        size_t before = available_pages(), pages = before / 5 * 4;
        uint64_t *p = fill(pages);

        for (size_t i = 0; i < pages; i++)
            EXPECT(p[i << 9] == i * 0x9e3779b97f4a7c15, "page %zu of %zu ", i, pages);
        EXPECT(munmap(p, pages << 12) == 0);
        EXPECT(available_pages() + before / 20 > before, "%zu of %zu are back ", available_pages(),
               before);
    }
}

static void expect_killed(pid_t pid)
{
    int status;

    EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %#x ", status);
}

/* The whole machine is out of memory. */
static void oom_killer(void)
{
    for (unsigned round = 0; round < 2; round++) {
        size_t much = available_pages() * 2;
        pid_t pid = fork();

        if (pid == 0) {
            put("/proc/self/oom_score_adj", "1000");
            fill(much);
            _exit(0);
        }
        expect_killed(pid);
    }
    reap(child((void (*)(void *))(void (*)(void))most_of_memory, NULL));
}

static void oom_in_a_group(void)
{
    pid_t pid;

    mkdir("/tmp/group", 0700);
    if (mount("none", "/tmp/group", "cgroup2", 0, NULL) ||
        !put("/tmp/group/cgroup.subtree_control", "+memory"))
        skip("no memory control groups");
    mkdir("/tmp/group/small", 0700);
    EXPECT(put("/tmp/group/small/memory.max", "16777216"));
    pid = fork();
    if (pid == 0) {
        EXPECT(put("/tmp/group/small/cgroup.procs", "0"));
        fill(8192);
        _exit(0);
    }
    expect_killed(pid);
    rmdir("/tmp/group/small");
    umount2("/tmp/group", MNT_DETACH);
}

const struct test pressure_tests[] = {
    {"most-of-memory", most_of_memory},
    {"oom-in-a-group", oom_in_a_group},
    {"oom-killer", oom_killer},
    {0},
};
