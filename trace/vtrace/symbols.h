/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses by name: of the hypervisor, a guest's kernel, a program. */
#ifndef VTRACE_SYMBOLS_H
#define VTRACE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbols;

/* Reads files, separated by commas: ELF images, or text as in System.map and /proc/kallsyms. Fails with a sentence
 * when one cannot be read or names no code. */
struct symbols *symbols_read(const char *paths);
void symbols_free(struct symbols *s); /* NULL is none */

/* The function that an address lies in, and how many bytes into it. NULL when none is known, or there is no `s`. */
const char *symbols_find(const struct symbols *s, uint64_t address, uint64_t *offset);

#endif
