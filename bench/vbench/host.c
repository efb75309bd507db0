/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fflush(stdout);
    fputs("vbench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

char *text(const char *format, ...)
{
    char *s;
    va_list args;
    va_start(args, format);
    if (vasprintf(&s, format, args) < 0) {
        complain("out of memory");
        exit(EXIT_USAGE);
    }
    va_end(args);
    return s;
}

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void exec_into(int out, char *const argv[])
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(out, 1);
    dup2(null, 2);
    execvp(argv[0], argv);
    _exit(127);
}

/* The first line of a stream, without its end; the rest is read and dropped. */
static char *first_line(int fd)
{
    char *line = NULL, rest[4096];
    size_t size = 0;
    FILE *f = fdopen(fd, "r");
    ssize_t n = getline(&line, &size, f);
    while (fread(rest, 1, sizeof rest, f))
        ;
    fclose(f);
    if (n <= 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = 0;
    return line;
}

char *capture(char *const argv[])
{
    int fd[2], status;
    if (pipe2(fd, O_CLOEXEC))
        return NULL;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        exec_into(fd[1], argv);
    close(fd[1]);
    char *line = first_line(fd[0]);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
        return line;
    free(line);
    return NULL;
}

char *file_sha256(const char *path)
{
    char *line = capture((char *const[]){"sha256sum", "--", (char *)path, NULL});
    if (line && strlen(line) > 64)
        line[64] = 0;
    return line;
}

int parents_make(const char *path)
{
    char *folder = text("%s", path);
    int rc = 0;
    for (char *p = folder + 1; rc == 0 && (p = strchr(p, '/')); *p++ = '/') {
        *p = 0;
        if (mkdir(folder, 0777) && errno != EEXIST)
            rc = -errno;
    }
    free(folder);
    return rc;
}

int place_check(const char *path)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    char *folder = text("%.*s.", slash ? (int)(slash + 1 - path) : 0, path);
    int rc = parents_make(path);
    if (rc == 0 && access(folder, W_OK | X_OK))
        rc = -errno;
    if (rc == 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        rc = -EISDIR;
    free(folder);
    return rc;
}

int file_replace(const char *path, const char *bytes, size_t length)
{
    int rc = parents_make(path);
    if (rc)
        return rc;
    char *next = text("%s.%d.new", path, (int)getpid());
    FILE *f = fopen(next, "w");
    rc = f ? 0 : -errno;
    if (f && (fwrite(bytes, 1, length, f) != length || fflush(f) || fsync(fileno(f))))
        rc = -errno;
    if (f && fclose(f) && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(next, path))
        rc = -errno;
    if (rc)
        unlink(next);
    free(next);
    return rc;
}
