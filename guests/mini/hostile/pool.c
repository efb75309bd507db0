/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames the hostile guest plays with, kept apart from those it lives on [pool.apart]. */
#include "hostile.h"

u64 *pool_page[POOL_PAGES];
u64 pool_frame[POOL_FRAMES];
u64 *code_page;

static long map_fixed(u64 va, const void *page, u64 flags)
{
    return map_build(va) | map_page(va, pte_make(va_mfn(page), flags));
}

void pool_init(void)
{
    unsigned int i;
    long rc;

    rc = map_fixed(BUFFER, page_alloc(), PTE_DATA | PTE_NX);
    rc |= map_fixed(BUFFER + PAGE_SIZE, page_alloc(), PTE_DATA | PTE_NX);
    code_page = page_alloc();
    rc |= map_fixed(CODE_PAGE, code_page, PTE_RO);
    for (i = 0; i < POOL_PAGES; i++)
        pool_page[i] = page_alloc();
    for (i = 0; i < POOL_FRAMES; i++)
        pool_frame[i] = p2m[start_info->nr_pages - 4096 + i];
    if (rc)
        print("hostile: the buffer cannot be mapped: %ld\n", rc);
}

static bool in_pool(u64 mfn)
{
    unsigned int i;

    for (i = 0; i < POOL_PAGES; i++)
        if (va_mfn(pool_page[i]) == mfn)
            return true;
    return false;
}

struct store {
    u64 *at;
    u64 value;
    unsigned int how;
};

static void store_body(void *arg)
{
    struct store *s = arg;

    switch (s->how % 8) {
    case 0:
        asm volatile("mov %1, %0" : "=m"(*s->at) : "r"(s->value));
        break;
    case 1:
        asm volatile("xchg %1, %0" : "+m"(*s->at), "+r"(s->value));
        break;
    case 2:
        asm volatile("lock andb $0xfd, %0" : "+m"(*(u8 *)s->at));
        break;
    case 3:
        asm volatile("lock btrq %1, %0" : "+m"(*s->at) : "r"(s->value & 63));
        break;
    case 4:
        asm volatile("lock btsq %1, %0" : "+m"(*s->at) : "r"(s->value & 63));
        break;
    case 5:
        asm volatile("lock cmpxchg %1, %0" : "+m"(*s->at) : "r"(s->value), "a"(*s->at) : "cc");
        break;
    case 6:
        asm volatile("movl %1, %0" : "=m"(*((u32 *)s->at + (s->value & 1))) : "r"((u32)s->value));
        break;
    default:
        asm volatile("movq $0, %0" : "=m"(*s->at));
        break;
    }
}

/* [pool.checked] */
static bool maps_pool(const u64 *at)
{
    u64 pte = *pte_of((u64)at, 1);

    return pte & PTE_P && in_pool((pte & PTE_MFN) >> PAGE_SHIFT);
}

bool pool_write(u64 *at, u64 value, unsigned int how)
{
    struct store s = {at, value, how};

    return maps_pool(at) && trap_catch(store_body, &s) < 0;
}

struct load {
    const u64 *at;
    u64 value;
};

static void load_body(void *arg)
{
    struct load *l = arg;

    l->value = *(const volatile u64 *)l->at;
}

bool pool_holds(const u64 *at, u64 value)
{
    struct load l = {.at = at};

    return maps_pool(at) && trap_catch(load_body, &l) < 0 && l.value == value;
}

static void clear_body(void *page)
{
    memset(page, 0, PAGE_SIZE);
}

bool pool_clear(u64 *page)
{
    return maps_pool(page) && trap_catch(clear_body, page) < 0;
}
