/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The third door of error handling: we are wrong.
 *
 * BUG_ON states facts that no guest can falsify; it stops the machine with file, line and registers. A
 * host test supplies its own panic().
 */
#ifndef LIB_BUG_H
#define LIB_BUG_H

__attribute__((noreturn, format(printf, 1, 2))) void panic(const char *fmt, ...);

/* The machine's user is wrong (an option, a module, too little memory): one clear line, then a stop. */
__attribute__((noreturn, format(printf, 1, 2))) void cannot_start(const char *fmt, ...);

#define BUG_ON(cond)                                                                               \
    do {                                                                                           \
        if (__builtin_expect(!!(cond), 0))                                                         \
            panic("%s:%d: %s", __FILE__, __LINE__, #cond);                                         \
    } while (0)

/* The hypervisor's log; every line begins with "(VTG) ". What a guest does wrong goes into the trace, not here, but
 * for the one report when it dies (domain_crash). */
__attribute__((format(printf, 1, 2))) void printk(const char *fmt, ...);

#endif
