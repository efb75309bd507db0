/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dbench's load file as a list of operations: what a Windows client asked a file server for.
 */
#ifndef BENCH_MACRO_FSLOAD_H
#define BENCH_MACRO_FSLOAD_H

#include <stdbool.h>
#include <sys/types.h>

enum fs_kind {
    FS_NTCREATEX,
    FS_CLOSE,
    FS_READX,
    FS_WRITEX,
    FS_FLUSH,
    FS_QUERY_PATH,
    FS_QUERY_FILE,
    FS_QUERY_FS,
    FS_SET_FILE,
    FS_FIND_FIRST,
    FS_UNLINK,
    FS_RENAME,
    FS_LOCKX,
    FS_UNLOCKX,
    FS_MKDIR,
    FS_DELTREE,
};

enum { FS_HANDLES = 65536, FS_BYTES_MAX = 1 << 17 };

struct fs_op {
    enum fs_kind kind;
    char *path, *other; /* relative, in lower case, with slashes; `other` is what to rename to */
    unsigned handle;    /* below FS_HANDLES */
    long a, b;          /* offset and bytes; of NTCREATEX options and disposition */
    bool succeeds;      /* as it did for the client */
};

/* The file's first `count` operations; ends the program if there are fewer, or one is not known. */
struct fs_op *fsload_read(const char *file, unsigned count);
void fsload_free(struct fs_op *ops, unsigned count);

#endif
