/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer chooses the operations: two bytes a number; the first byte says how often preemption is wanted. */
#include "mm_fake/fake.h"
#include "mm_fake/ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t byte_next(struct source *s)
{
    if (s->left < 2) {
        s->is_empty = true;
        return 0;
    }
    uint32_t n = (uint32_t)s->data[0] << 24 | (uint32_t)s->data[1] << 16;

    s->data += 2;
    s->left -= 2;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source s = {.next = byte_next, .data = data + 1, .left = size ? size - 1 : 0};

    fake_preempt_every = size ? data[0] % 4 : 0;
    ops_start();
    for (unsigned n = 0; s.left >= 2; n++) {
        ops_step(&s);
        if (n % 8 == 0)
            ops_compare();
    }
    ops_compare();
    ops_audit();
    return 0;
}
