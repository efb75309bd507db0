/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workload whose counts are known: 1000 getppid, 64 pages touched first, one read() into a fresh page, 100 turns of
 * two processes' pipes, 50 datagrams to itself, 16 direct reads of a disk.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096
#define CALLS 1000
#define PAGES 64
#define TURNS 100

#define DATAGRAMS      50
#define DATAGRAM_BYTES 100
#define READS          16
#define READ_BYTES     65536

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

/* The packets are of 142 bytes with their headers, 128 without Ethernet's. */
static void send_to_itself(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(4000), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    char payload[DATAGRAM_BYTES] = "";

    if (s < 0 || bind(s, (struct sockaddr *)&here, sizeof(here)))
        return;
    for (int i = 0; i < DATAGRAMS; i++)
        if (sendto(s, payload, sizeof(payload), 0, (struct sockaddr *)&here, sizeof(here)) < 0)
            return;
    close(s);
}

static void read_disk(void)
{
    int disk = open("/dev/vda", O_RDONLY | O_DIRECT);
    char *buffer = aligned_alloc(READ_BYTES, READ_BYTES);

    for (int i = 0; disk >= 0 && buffer && i < READS; i++)
        if (pread(disk, buffer, READ_BYTES, (off_t)i * 2 * READ_BYTES) != READ_BYTES)
            return;
    close(disk);
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
    send_to_itself();
    read_disk();
    printf("VTG-KNOWN tid=%d pages=%p fresh=%p\n", getpid(), (void *)pages, (void *)fresh);
    return 0;
}
