/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A closed-loop web client: each connection sends its next request when it has the whole answer to
 * the one before, and every byte of every answer is checked.
 */
#ifndef BENCH_MACRO_WEB_CLIENT_H
#define BENCH_MACRO_WEB_CLIENT_H

#include <stdint.h>

/* Requests of each kind in a thousand. */
struct web_mix {
    unsigned documents; /* static files */
    unsigned pages;     /* FastCGI, GET */
    unsigned posts;     /* FastCGI, POST */
    unsigned cgi;       /* a process for each */
};

/* Writes the documents below the directory. */
void web_files_make(const char *root);

/* Connects to the server, waiting until it listens. */
void web_client_connect(void);

/* Makes `count` requests, the same in every run, or fewer if the clock reaches `until` first. Returns how
 * many had been answered when the last was sent. */
unsigned web_client_run(const struct web_mix *mix, unsigned count, uint64_t until);

void web_client_close(void);

#endif
