/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gcc's -fsanitize=thread calls before each access to memory, and instead of each atomic one: a step (race.h). The
 * sanitizer's own library, which has functions of the same names, is not linked.
 */
#include "race.h"

#define ACCESS(name)                                                                                                   \
    void __tsan_##name(void *p);                                                                                       \
    void __tsan_##name(void *p)                                                                                        \
    {                                                                                                                  \
        race_step();                                                                                                   \
    }
#define ACCESSES(bytes)                                                                                                \
    ACCESS(read##bytes)                                                                                                \
    ACCESS(write##bytes)                                                                                               \
    ACCESS(unaligned_read##bytes)                                                                                      \
    ACCESS(unaligned_write##bytes)

ACCESSES(1) ACCESSES(2) ACCESSES(4) ACCESSES(8) ACCESSES(16)

#define RANGE(name)                                                                                                    \
    void __tsan_##name##_range(void *p, unsigned long bytes);                                                          \
    void __tsan_##name##_range(void *p, unsigned long bytes)                                                           \
    {                                                                                                                  \
        race_step();                                                                                                   \
    }

RANGE(read) RANGE(write)

/* Returns what was there, and leaves `after` there. */
#define CHANGE(bits, name, after)                                                                                      \
    uint##bits##_t __tsan_atomic##bits##_##name(uint##bits##_t *p, uint##bits##_t n, int order);                       \
    uint##bits##_t __tsan_atomic##bits##_##name(uint##bits##_t *p, uint##bits##_t n, int order)                        \
    {                                                                                                                  \
        race_step();                                                                                                   \
        uint##bits##_t was = *p;                                                                                       \
        *p = (uint##bits##_t)(after);                                                                                  \
        return was;                                                                                                    \
    }

#define ATOMIC(bits)                                                                                                   \
    CHANGE(bits, store, n)                                                                                             \
    CHANGE(bits, exchange, n)                                                                                          \
    CHANGE(bits, fetch_add, was + n)                                                                                   \
    CHANGE(bits, fetch_sub, was - n)                                                                                   \
    CHANGE(bits, fetch_or, was | n)                                                                                    \
    CHANGE(bits, fetch_and, was & n)                                                                                   \
    uint##bits##_t __tsan_atomic##bits##_load(const uint##bits##_t *p, int order);                                     \
    uint##bits##_t __tsan_atomic##bits##_load(const uint##bits##_t *p, int order)                                      \
    {                                                                                                                  \
        race_step();                                                                                                   \
        return *p;                                                                                                     \
    }                                                                                                                  \
    bool __tsan_atomic##bits##_compare_exchange_strong(uint##bits##_t *p, uint##bits##_t *expected, uint##bits##_t n,  \
                                                       int order, int failed);                                         \
    bool __tsan_atomic##bits##_compare_exchange_strong(uint##bits##_t *p, uint##bits##_t *expected, uint##bits##_t n,  \
                                                       int order, int failed)                                          \
    {                                                                                                                  \
        race_step();                                                                                                   \
        if (*p == *expected) {                                                                                         \
            *p = n;                                                                                                    \
            return true;                                                                                               \
        }                                                                                                              \
        *expected = *p;                                                                                                \
        return false;                                                                                                  \
    }

ATOMIC(8) ATOMIC(16) ATOMIC(32) ATOMIC(64)

/* Memory is sequentially consistent here. */
void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}
