/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export: a CTF 1.8 trace, that is a directory with `metadata` and one file of packets per ring. The
 * packets are the hypervisor's own, byte for byte.
 */
#include "trace/vtrace/metadata.h"
#include "trace/vtrace/vtrace.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static FILE *create(const char *directory, const char *name)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    f = fopen(path, "w");
    if (!f)
        fail("%s: %s", path, strerror(errno));
    return f;
}

static void finish(FILE *f, const char *directory)
{
    bool bad = ferror(f);

    if (fclose(f) || bad)
        fail("%s: writing failed: %s", directory, strerror(errno));
}

static void put_ring(const char *directory, const struct ring *r, size_t place)
{
    char name[32];
    FILE *f;

    snprintf(name, sizeof(name), "ring_%zu", place);
    f = create(directory, name);
    for (size_t i = 0; i < r->count; i++)
        fwrite(r->packets[i].header, 1, r->packets[i].header->packet_bits / 8, f);
    finish(f, directory);
}

void ctf_write(const struct trace *t, const char *directory)
{
    FILE *f;

    if (mkdir(directory, 0777) && errno != EEXIST)
        fail("%s: %s", directory, strerror(errno));
    f = create(directory, "metadata");
    ctf_metadata(f, t, NULL);
    finish(f, directory);
    for (size_t i = 0; i < t->ring_count; i++)
        put_ring(directory, &t->rings[i], i);
}

int verb_export_ctf(const struct options *o)
{
    const char *directory = option_text(o, 'o');
    struct trace *t = trace_of(o->paths[0]);
    int status;

    if (!directory)
        fail("export ctf needs -o DIRECTORY");
    ctf_write(t, directory);
    print_completeness(stdout, t);
    status = exit_status(t);
    trace_close(t);
    return status;
}
