/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several processors at once: what one changes in the page tables binds all others from then on. Writers, one for
 * each processor, store into pages all the time while those pages become read-only, are copied by fork and go away.
 * A translation that outlived its entry on another processor shows as a word that changes when it must not.
 */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 16, WORDS = 4096 / 8, WRITERS_MAX = 8, ROUNDS = 300, FORKS = 40 };

typedef volatile uint64_t word;

static word *area; /* PAGES pages; word i of each belongs to writer i */
static volatile bool ended;
static __thread sigjmp_buf refused;

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 2 ? 2 : n > WRITERS_MAX ? WRITERS_MAX : (unsigned)n;
}

static void on_fault(int signal)
{
    siglongjmp(refused, 1);
}

/* A store that is refused, or whose page is not there, is made again. */
static void *write_on(void *arg)
{
    uintptr_t me = (uintptr_t)arg;
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(me % (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &set);
    sched_setaffinity(0, sizeof(set), &set);
    sigsetjmp(refused, 1);
    while (!ended)
        for (unsigned page = 0; page < PAGES; page++)
            area[page * WORDS + me]++;
    return NULL;
}

static void with_writers(void (*f)(unsigned writers))
{
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};
    unsigned n = processors();
    pthread_t threads[WRITERS_MAX];

    sigaction(SIGSEGV, &action, NULL);
    area = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(area != MAP_FAILED);
    for (uintptr_t i = 0; i < n; i++)
        EXPECT(pthread_create(&threads[i], NULL, write_on, (void *)i) == 0);
    f(n);
    ended = true;
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

/* Does no word of the page change for a while? */
static bool stands_still(const word *page, unsigned writers)
{
    uint64_t before[WRITERS_MAX];

    for (unsigned i = 0; i < writers; i++)
        before[i] = page[i];
    sched_yield();
    for (unsigned again = 0; again < 50; again++)
        for (unsigned i = 0; i < writers; i++)
            if (page[i] != before[i])
                return false;
    return true;
}

static void protect(unsigned writers)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned page = round % PAGES;

        EXPECT(mprotect((void *)&area[page * WORDS], 4096, PROT_READ) == 0);
        EXPECT(stands_still(&area[page * WORDS], writers), "round %u: a page written though read-only ", round);
        EXPECT(mprotect((void *)&area[page * WORDS], 4096, PROT_READ | PROT_WRITE) == 0);
    }
}

static void protect_under_writers(void)
{
    with_writers(protect);
}

/* The child's copy is its own: nothing that the parent's writers do may reach it. */
static void look(void *arg)
{
    unsigned writers = *(unsigned *)arg;

    for (unsigned page = 0; page < PAGES; page++)
        EXPECT(stands_still(&area[page * WORDS], writers), "page %u of a child changes ", page);
}

static void forks(unsigned writers)
{
    for (unsigned i = 0; i < FORKS; i++)
        reap(child(look, &writers));
}

static void fork_under_writers(void)
{
    with_writers(forks);
}

/* A page that goes away and one that comes in its place: the old one's frame, which the kernel gives to the next who
 * asks, is filled with a pattern, and keeps it. */
static void replace(unsigned writers)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        word *page = &area[round % PAGES * WORDS], *next;

        EXPECT(mmap((void *)page, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == (void *)page);
        next = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        EXPECT(next != MAP_FAILED);
        for (unsigned i = 0; i < writers; i++)
            next[i] = ~round;
        EXPECT(stands_still(next, writers), "round %u: a page written that is another's ", round);
        munmap((void *)next, 4096);
        EXPECT(mmap((void *)page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
               (void *)page);
    }
}

static void replace_under_writers(void)
{
    with_writers(replace);
}

/* SUITE_CPUS of the environment says how many there should be. */
static void online(void)
{
    const char *wanted = getenv("SUITE_CPUS");

    if (!wanted)
        skip("nobody says how many there should be");
    EXPECT(sysconf(_SC_NPROCESSORS_ONLN) == atol(wanted), "%ld are online ", sysconf(_SC_NPROCESSORS_ONLN));
}

/* --- Vantage's own recount of every frame, by the privileged interface of Linux --- */

struct privcmd_hypercall {
    uint64_t op, arg[5];
};

#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))
#define VANTAGE_OP              55
#define VANTAGE_AUDIT           0

static void audit(void)
{
    struct privcmd_hypercall call = {.op = VANTAGE_OP, .arg = {VANTAGE_AUDIT}};
    int module = open("/modules/xen-privcmd.ko", O_RDONLY), file;

    if (module >= 0)
        syscall(SYS_finit_module, module, "", 0);
    file = open("/dev/xen/privcmd", O_RDWR);
    if (file < 0)
        skip("this is no dom0");
    int rc = ioctl(file, IOCTL_PRIVCMD_HYPERCALL, &call);
    if (rc < 0 && errno == ENOSYS)
        skip("the hypervisor is another one");
    EXPECT(rc == 0, "errno %d ", errno);
}

const struct test storm_tests[] = {
    {"processors-online", online},
    {"protect-under-writers", protect_under_writers},
    {"fork-under-writers", fork_under_writers},
    {"replace-under-writers", replace_under_writers},
    {"frame-audit", audit},
    {NULL, NULL},
};
