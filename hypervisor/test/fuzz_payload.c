/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: any bytes as boot module 0, as they are and inside a bzImage; what opens is
 * loaded. */
#include <stdlib.h>

#include "test/payload_craft.h"

enum { MEMORY_MAX = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long live;

static void *limited_alloc(void *context, size_t size)
{
    if (size > MEMORY_MAX)
        return NULL;
    live++;
    return malloc(size);
}

static void limited_free(void *context, void *at, size_t size)
{
    live--;
    free(at);
}

static const struct payload_memory memory = {limited_alloc, limited_free, NULL};

static void open_one(struct bytes module)
{
    struct payload p;
    uint64_t span;

    if (payload_open(&p, module.at, module.size, &memory)) {
        if (!p.error[0] || live)
            abort();
        return;
    }
    span = p.kernel_end - p.kernel_start;
    if (span <= MEMORY_MAX) {
        void *window = malloc(span);
        payload_load(&p, window);
        free(window);
    }
    payload_close(&p);
    if (live)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bz;

    open_one((struct bytes){data, size});
    if (!size)
        return 0;
    bz = craft_bzimage((struct bytes){data, size});
    open_one(bz);
    free((void *)bz.at);
    return 0;
}
