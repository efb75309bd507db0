/* SPDX-License-Identifier: BSD-2-Clause */
/* Before any other header of what is tested: another CPU may come before each atomic access. */
#ifndef SMP_FAKE_STEPS_H
#define SMP_FAKE_STEPS_H

void others_step(void);

#define __atomic_load_n(p, order)     (others_step(), *(p))
#define __atomic_add_fetch(p, n, order) (others_step(), *(p) += (n))
#define __atomic_store_n(p, value, order)                                                                              \
    do {                                                                                                               \
        others_step();                                                                                                 \
        *(p) = (value);                                                                                                \
    } while (0)

#endif
