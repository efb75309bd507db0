/* SPDX-License-Identifier: BSD-2-Clause */
/* A workload whose counts are known: 1000 getppid, 64 pages touched first, one read() into a fresh page, 100 turns of two threads' pipes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096
#define CALLS 1000
#define PAGES 64
#define TURNS 100

/* Two processes that wait for each other: each turn is two switches on one CPU. */
static void ping_pong(void)
{
    int there[2], back[2];
    char c = 0;

    if (pipe(there) || pipe(back))
        return;
    if (!fork()) {
        for (int i = 0; i < TURNS; i++)
            if (read(there[0], &c, 1) != 1 || write(back[1], &c, 1) != 1)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < TURNS; i++)
        if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
            return;
    wait(NULL);
}

int main(void)
{
    char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *fresh = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *zero = fopen("/dev/zero", "r");

    if (pages == MAP_FAILED || fresh == MAP_FAILED || !zero)
        return 1;
    for (int i = 0; i < CALLS; i++)
        syscall(SYS_getppid);
    for (int i = 0; i < PAGES; i++)
        pages[i * PAGE] = 1;
    if (read(fileno(zero), fresh, 16) != 16)
        return 1;
    ping_pong();
    printf("VTG-KNOWN tid=%d pages=%p fresh=%p\n", getpid(), (void *)pages, (void *)fresh);
    return 0;
}
