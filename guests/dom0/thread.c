/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: futexes in all their uses, thread-local storage, signals to one of many. */
#define _GNU_SOURCE
#include "suite.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 12, TURNS = 2000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned turn, sum;
static __thread unsigned mine;

static void *add(void *arg)
{
    for (unsigned i = 0; i < TURNS; i++) {
        pthread_mutex_lock(&lock);
        sum++;
        mine++;
        if (i % 64 == 0)
            sched_yield();
        pthread_mutex_unlock(&lock);
    }
    return (void *)(uintptr_t)mine;
}

static void all(void *(*f)(void *), unsigned n)
{
    pthread_t threads[64];

    for (uintptr_t i = 0; i < n; i++)
        EXPECT(pthread_create(&threads[i], NULL, f, (void *)i) == 0);
    for (unsigned i = 0; i < n; i++) {
        void *result;

        EXPECT(pthread_join(threads[i], &result) == 0);
        EXPECT((uintptr_t)result == TURNS, "thread %u: %lu ", i, (unsigned long)(uintptr_t)result);
    }
}

static void mutex(void)
{
    all(add, THREADS);
    EXPECT(sum == THREADS * TURNS && mine == 0, "sum %u ", sum);
}

/* Everybody waits for his turn: a wake-up lost is a hang. */
static void *take_turns(void *arg)
{
    for (unsigned i = 0; i < 100; i++) {
        pthread_mutex_lock(&lock);
        while (turn % THREADS != (uintptr_t)arg)
            pthread_cond_wait(&changed, &lock);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    return (void *)(uintptr_t)TURNS;
}

static void condition(void)
{
    all(take_turns, THREADS);
    EXPECT(turn == THREADS * 100);
}

static void futex_errors(void)
{
    uint32_t word = 5;
    struct timespec short_time = {0, 20000000};
    uint64_t start = now_ns();

    EXPECT(syscall(SYS_futex, &word, FUTEX_WAIT, 4, NULL) == -1 && errno == EAGAIN);
    errno = 0;
    EXPECT(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &short_time) == -1 &&
           errno == ETIMEDOUT);
    EXPECT(now_ns() - start >= 20000000);
    EXPECT(syscall(SYS_futex, (void *)8, FUTEX_WAIT, 5, NULL) == -1 && errno == EFAULT);
    EXPECT(syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL) == 0);
}

/* Threads come and go: stacks and descriptors are reused. */
static void *nothing(void *arg)
{
    mine = (unsigned)(uintptr_t)arg;
    return (void *)(uintptr_t)TURNS;
}

static void thread_storm(void)
{
    for (unsigned i = 0; i < 20; i++)
        all(nothing, 16);
}

static volatile sig_atomic_t hits;

static void hit(int number)
{
    hits++;
}

static void *spin_for_signals(void *arg)
{
    while (hits < 50)
        sched_yield();
    return (void *)(uintptr_t)TURNS;
}

static void thread_signals(void)
{
    pthread_t thread;

    signal(SIGUSR1, hit);
    EXPECT(pthread_create(&thread, NULL, spin_for_signals, NULL) == 0);
    while (hits < 50) {
        pthread_kill(thread, SIGUSR1);
        sched_yield();
    }
    EXPECT(pthread_join(thread, NULL) == 0);
}

const struct test thread_tests[] = {
    {"mutex", mutex},         {"condition", condition},
    {"futex-errors", futex_errors}, {"thread-storm", thread_storm},
    {"thread-signals", thread_signals},
    {0},
};
