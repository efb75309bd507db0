/* SPDX-License-Identifier: BSD-2-Clause */
/* Before any other header of what is tested: another CPU may come before each atomic access (race.h). */
#ifndef RACE_STEPS_H
#define RACE_STEPS_H

void race_step(void);

/* A macro's own name is left alone inside it. */
#define __atomic_load(...)               (race_step(), __atomic_load(__VA_ARGS__))
#define __atomic_load_n(...)             (race_step(), __atomic_load_n(__VA_ARGS__))
#define __atomic_store(...)              (race_step(), __atomic_store(__VA_ARGS__))
#define __atomic_store_n(...)            (race_step(), __atomic_store_n(__VA_ARGS__))
#define __atomic_exchange_n(...)         (race_step(), __atomic_exchange_n(__VA_ARGS__))
#define __atomic_compare_exchange(...)   (race_step(), __atomic_compare_exchange(__VA_ARGS__))
#define __atomic_compare_exchange_n(...) (race_step(), __atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_fetch_add(...)          (race_step(), __atomic_fetch_add(__VA_ARGS__))
#define __atomic_fetch_or(...)           (race_step(), __atomic_fetch_or(__VA_ARGS__))
#define __atomic_fetch_and(...)          (race_step(), __atomic_fetch_and(__VA_ARGS__))
#define __atomic_add_fetch(...)          (race_step(), __atomic_add_fetch(__VA_ARGS__))
#define __atomic_sub_fetch(...)          (race_step(), __atomic_sub_fetch(__VA_ARGS__))

#endif
