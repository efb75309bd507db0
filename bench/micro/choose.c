/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choose [SEED]: prints the benchmarks that this machine is to run, after it was saved (choice.h).
 * Where there are no ports, in user-mode Linux, the line comes from standard input.
 *
 * SEED is a perturbation that must not matter: it moves the timer's phase and the page allocator
 * before the machine is saved. (The stack is moved by guests/images/init, the image by vbench.)
 */
#include "bench/micro/choice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

enum { DELAY_LOOPS = 498501, PAGES = 17 }; /* per unit of the seed; a loop is two instructions */

static void delay(unsigned seed)
{
    for (unsigned long left = (unsigned long)seed * DELAY_LOOPS; left > 0; left--)
        __asm__ volatile("");
}

/* Pages of a file that stays: what is allocated from here on is elsewhere. */
static void pages_take(unsigned seed)
{
    static const char page[4096];
    int fd = open("/tmp/seed", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (unsigned i = 0; fd >= 0 && i < seed * PAGES; i++)
        if (write(fd, page, sizeof page) != sizeof page)
            perror("choose: /tmp/seed");
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    static char names[CHOICE_MAX];
    unsigned seed = argc > 1 ? atoi(argv[1]) : 0;

    if (seed) {
        pages_take(seed);
        delay(seed);
    }
    if (ioperm(WATCHDOG_PORT, 1, 1) || ioperm(CONFIG_SELECT, 2, 1)) {
        if (!fgets(names, sizeof names, stdin))
            return 1;
        names[strcspn(names, "\n")] = 0;
    } else if (choice_arm(), sleep(CHOICE_SLEEP_S), !choice_read(names)) {
        fprintf(stderr, "choose: the machine was told nothing to run (fw_cfg " CHOICE_FILE ")\n");
        return 1;
    }
    puts(names);
    return 0;
}
