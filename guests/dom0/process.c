/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes by the hundred: address spaces made and torn down, exec, pipes between them. */
#define _GNU_SOURCE
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void touch_and_leave(void *arg)
{
    volatile unsigned char page[64 * 1024];

    for (size_t i = 0; i < sizeof(page); i += 4096)
        page[i] = (unsigned char)(uintptr_t)arg;
    for (size_t i = 0; i < sizeof(page); i += 4096)
        EXPECT(page[i] == (unsigned char)(uintptr_t)arg);
}

/* Many alive at once, in waves. */
static void fork_storm(void)
{
    enum { WAVES = 10, WIDTH = 30 };
    pid_t pids[WIDTH];

    for (unsigned wave = 0; wave < WAVES; wave++) {
        for (unsigned i = 0; i < WIDTH; i++)
            pids[i] = child(touch_and_leave, (void *)(uintptr_t)(wave * WIDTH + i));
        for (unsigned i = 0; i < WIDTH; i++)
            reap(pids[i]);
    }
}

/* Depth instead of width: each child is the parent of the next. */
static void generation(void *arg)
{
    uintptr_t left = (uintptr_t)arg;

    if (left)
        reap(child(generation, (void *)(left - 1)));
}

static void fork_chain(void)
{
    reap(child(generation, (void *)60));
}

static void exec_self(void *arg)
{
    execl("/proc/self/exe", "suite", "nothing-of-this-name", (char *)NULL);
    _exit(127);
}

static void exec_storm(void)
{
    for (unsigned i = 0; i < 40; i++) {
        int pipe_end[2], status;
        char text[32] = "";
        pid_t pid;

        EXPECT(pipe(pipe_end) == 0);
        pid = fork();
        if (pid == 0) {
            dup2(pipe_end[1], 1);
            exec_self(NULL);
        }
        close(pipe_end[1]);
        EXPECT(read(pipe_end[0], text, sizeof(text) - 1) > 0);
        close(pipe_end[0]);
        EXPECT(waitpid(pid, &status, 0) == pid && status == 0, "status %#x ", status);
        EXPECT(!strcmp(text, "1..0\n"));
    }
}

/* What the child writes stays the child's, what the parent writes the parent's. */
static void copy_on_write(void)
{
    enum { PAGES = 2048, WORDS = 4096 / sizeof(uint32_t) };
    uint32_t *memory = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(memory != MAP_FAILED);
    for (uint32_t i = 0; i < PAGES; i++)
        memory[i * WORDS] = i;
    for (uint32_t round = 1; round <= 3; round++) {
        pid_t pid = fork();

        if (pid == 0) {
            for (uint32_t i = 0; i < PAGES; i += 3)
                memory[i * WORDS] = ~i;
            for (uint32_t i = 0; i < PAGES; i++)
                EXPECT(memory[i * WORDS] == (i % 3 ? i + round - 1 : ~i), "child, page %u ", i);
            _exit(0);
        }
        for (uint32_t i = 1; i < PAGES; i += 2)
            memory[i * WORDS + 1] = round;
        reap(pid);
        for (uint32_t i = 0; i < PAGES; i++)
            EXPECT(memory[i * WORDS]++ == i + round - 1, "parent, page %u ", i);
    }
}

static void vfork_and_exec(void)
{
    for (unsigned i = 0; i < 30; i++) {
        pid_t pid = vfork();
        int status;

        if (pid == 0) {
            execl("/bin/true", "true", (char *)NULL);
            _exit(127);
        }
        EXPECT(waitpid(pid, &status, 0) == pid && status == 0, "status %#x ", status);
    }
}

/* A token round a ring of processes: a switch of address spaces for every step. */
static void pipe_ring(void)
{
    enum { MEMBERS = 8, ROUNDS = 500 };
    int ends[MEMBERS + 1][2];
    unsigned token = 0;

    for (unsigned i = 0; i <= MEMBERS; i++)
        EXPECT(pipe(ends[i]) == 0);
    for (unsigned i = 0; i < MEMBERS; i++) {
        if (fork() != 0)
            continue;
        for (unsigned n = 0; n < ROUNDS; n++) {
            if (read(ends[i][0], &token, sizeof(token)) != sizeof(token))
                _exit(1);
            token++;
            if (write(ends[i + 1][1], &token, sizeof(token)) != sizeof(token))
                _exit(1);
        }
        _exit(0);
    }
    for (unsigned n = 0; n < ROUNDS; n++) {
        EXPECT(write(ends[0][1], &token, sizeof(token)) == sizeof(token));
        EXPECT(read(ends[MEMBERS][0], &token, sizeof(token)) == sizeof(token));
    }
    EXPECT(token == MEMBERS * ROUNDS, "token %u ", token);
    for (unsigned i = 0; i < MEMBERS; i++) {
        int status;

        EXPECT(wait(&status) > 0 && status == 0);
    }
}

const struct test process_tests[] = {
    {"fork-storm", fork_storm},       {"fork-chain", fork_chain},
    {"exec-storm", exec_storm},       {"vfork-and-exec", vfork_and_exec},
    {"copy-on-write", copy_on_write}, {"pipe-ring", pipe_ring},
    {0},
};
