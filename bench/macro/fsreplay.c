/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fsreplay, in place of dbench: the file operations that a file server would do for dbench's load
 * file, in the file's order, each once. dbench itself runs for a time; this does a fixed amount of
 * work. Every operation must end as it did for the client whose requests the file records.
 */
#define _GNU_SOURCE
#include "bench/macro/fsload.h"
#include "bench/macro/macro.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* NTCreateX: an option, and the dispositions the file has. */
enum { OPTION_DIRECTORY = 0x1, OPEN_EXISTING = 1, CREATE = 2, OVERWRITE = 5 };

static int handles[FS_HANDLES];
static char buffer[FS_BYTES_MAX];

static int directory_open(const struct fs_op *op)
{
    if (op->b != OPEN_EXISTING && mkdir(op->path, 0755) && errno != EEXIST)
        return -1;
    return open(op->path, O_RDONLY | O_DIRECTORY);
}

static int file_open(const struct fs_op *op)
{
    int create = op->b == CREATE ? O_CREAT : op->b == OVERWRITE ? O_CREAT | O_TRUNC : 0;
    int fd = open(op->path, O_RDWR | create, 0644);
    return fd < 0 && errno == EISDIR ? open(op->path, O_RDONLY) : fd;
}

static bool op_ntcreatex(const struct fs_op *op)
{
    int fd = op->a & OPTION_DIRECTORY ? directory_open(op) : file_open(op);
    if (fd >= 0)
        handles[op->handle] = fd;
    return fd >= 0;
}

/* A search answers with every name of the directory that fits; here it is enough to count them. */
static bool op_find_first(const struct fs_op *op)
{
    char where[PATH_MAX], what[PATH_MAX];
    unsigned found = 0;
    snprintf(where, sizeof where, "%s", op->path);
    snprintf(what, sizeof what, "%s", op->path);
    DIR *dir = opendir(dirname(where));
    const char *pattern = basename(what);
    if (!dir)
        return false;
    for (struct dirent *entry; (entry = readdir(dir));)
        found += !fnmatch(pattern, entry->d_name, 0);
    closedir(dir);
    return found > 0;
}

static bool op_lock(const struct fs_op *op, int type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = op->a, .l_len = op->b};
    return !fcntl(handles[op->handle], F_SETLK, &lock);
}

static int one_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    return remove(path);
}

/* What is not there is removed as well. */
static bool op_deltree(const struct fs_op *op)
{
    return !nftw(op->path, one_remove, 16, FTW_DEPTH | FTW_PHYS) || errno == ENOENT;
}

static bool op_do(const struct fs_op *op)
{
    struct stat st;
    struct statvfs fs;
    int fd = handles[op->handle];
    switch (op->kind) {
    case FS_NTCREATEX:
        return op_ntcreatex(op);
    case FS_CLOSE:
        return !close(fd);
    case FS_READX:
        return pread(fd, buffer, op->b, op->a) == op->b;
    case FS_WRITEX:
        return pwrite(fd, buffer, op->b, op->a) == op->b;
    case FS_FLUSH:
        return !fsync(fd);
    case FS_QUERY_PATH:
        return !stat(op->path, &st);
    case FS_QUERY_FILE:
        return !fstat(fd, &st);
    case FS_QUERY_FS:
        return !statvfs(".", &fs);
    case FS_SET_FILE:
        return !futimens(fd, NULL);
    case FS_FIND_FIRST:
        return op_find_first(op);
    case FS_UNLINK:
        return !unlink(op->path);
    case FS_RENAME:
        return !rename(op->path, op->other);
    case FS_LOCKX:
        return op_lock(op, F_WRLCK);
    case FS_UNLOCKX:
        return op_lock(op, F_UNLCK);
    case FS_MKDIR:
        return !mkdir(op->path, 0755) || errno == EEXIST;
    case FS_DELTREE:
        return op_deltree(op);
    }
    return false;
}

/* In the current directory. */
static uint64_t replay_time(unsigned count)
{
    struct fs_op *ops = fsload_read(IN_DIR "dbench.txt", count);
    uint64_t start = clock_now();
    for (unsigned i = 0; i < count; i++) {
        if (op_do(&ops[i]) == ops[i].succeeds)
            continue;
        fprintf(stderr, "macro: line %u of the load file ended otherwise: %s: %s\n", i + 1,
                ops[i].path ? ops[i].path : "", strerror(errno));
        exit(1);
    }
    uint64_t took = clock_now() - start;
    fsload_free(ops, count);
    return took;
}

/* A client's files stay open where the file was cut: they are the next benchmark's no more. */
static void handles_close(void)
{
    must(!close_range(3, ~0u, 0), "close_range");
    memset(handles, 0xff, sizeof handles);
}

static void module_load(const char *name, const char *parameters)
{
    char path[64];
    snprintf(path, sizeof path, "/macro/modules/%s.ko", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    must(fd >= 0, path);
    bool is_there = !syscall(SYS_finit_module, fd, parameters, 0) || errno == EEXIST;
    close(fd);
    if (!is_there)
        skip("this kernel does not take Debian's modules of ext4 and the RAM disk");
}

/* User-mode Linux has ext4 and a file in its host's memory (guests/images/uml); other kernels load
 * the modules they came with, and have a RAM disk of 192 MB. */
static char *ram_disk(void)
{
    static const char *const modules[] = {"crc16", "crc32c_generic", "mbcache", "jbd2", "ext4"};
    if (!access("/dev/ubda", F_OK))
        return "/dev/ubda";
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        module_load(modules[i], "");
    module_load("brd", "rd_nr=1 rd_size=196608");
    return "/dev/ram0";
}

/* An empty ext4, always the same. */
static void ext4_begin(void)
{
    char *disk = ram_disk();
    work_begin();
    run("mke2fs", "-q", "-F", "-t", "ext4", "-U", "76616e74-6167-6500-0000-000000000003", "-E",
        "hash_seed=76616e74-6167-6500-0000-000000000004,lazy_itable_init=0", disk);
    must(!mount(disk, WORK_DIR, "ext4", 0, "") && !chdir(WORK_DIR), "mount of ext4");
}

uint64_t bench_fsreplay_ext4(unsigned iterations)
{
    ext4_begin();
    uint64_t took = replay_time(iterations);
    handles_close();
    must(!chdir("/") && !umount(WORK_DIR), "umount");
    return took;
}

uint64_t bench_fsreplay_tmpfs(unsigned iterations)
{
    work_begin();
    uint64_t took = replay_time(iterations);
    handles_close();
    return took;
}
