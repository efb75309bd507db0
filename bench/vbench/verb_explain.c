/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * It is vtrace's, which lies beside this program: the same words, the same options.
 */
#include "bench/vbench/host.h"
#include "bench/vbench/options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int verb_explain(struct options *o)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "vtrace");
    if (n > 0) {
        path[n] = 0;
        strcpy(strrchr(path, '/') + 1, "vtrace");
        char *word = o->names[-1];
        o->names[-1] = path;
        execv(path, o->names - 1);
        o->names[-1] = word;
    }
    complain("cannot run %s, which explains: %s", n > 0 ? path : "vtrace", strerror(errno));
    return EXIT_NOT_RUN;
}
