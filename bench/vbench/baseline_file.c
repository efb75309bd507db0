/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A baseline as a file: written whole, sealed by a digest, read back only when the seal fits.
 */
#define _GNU_SOURCE
#include "bench/vbench/baseline.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "vbench-baseline/2"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *line_of(enum column_id column, int row, const char *event, const struct band *b)
{
    int digits = event ? 0 : 3;
    return text("%s %s%s%s %.*f %.*f %.*f\n", column_names[column], suite_rows[row].name,
                event ? "/" : "", event ? event : "", digits, b->median, digits, b->low, digits,
                b->high);
}

static unsigned row_lines(const struct baseline *b, int column, int row, char **lines)
{
    const struct event_bands *events = b->events[column][row];
    unsigned n = 0;
    if (isnan(b->value[column][row].median))
        return 0;
    lines[n++] = line_of(column, row, NULL, &b->value[column][row]);
    for (unsigned i = 0; events && i < events->n; i++)
        lines[n++] = line_of(column, row, events->of[i].name, &events->of[i].count);
    return n;
}

static void write_values(FILE *out, const struct baseline *b)
{
    char **lines = calloc(COLUMNS * ROWS, (EVENTS_MAX + 1) * sizeof *lines);
    unsigned n = 0;
    for (int i = 0; lines && i < COLUMNS * ROWS; i++)
        n += row_lines(b, i / ROWS, i % ROWS, lines + n);
    if (n)
        qsort(lines, n, sizeof *lines, by_name);
    for (unsigned i = 0; i < n; i++) {
        fputs(lines[i], out);
        free(lines[i]);
    }
    free(lines);
}

/* SHA-256 of the file's lines but the last `without`. */
static char *digest_of(const char *path, const char *without)
{
    char *line = capture((char *const[]){"sh", "-c", "head -n \"-$2\" -- \"$1\" | sha256sum", "sh",
                                         (char *)path, (char *)without, NULL});
    if (line && strlen(line) > 64)
        line[64] = 0;
    return line;
}

/* Appends the digest line to the text and puts it in place of `path`. */
static int seal(char *bytes, size_t length, const char *path)
{
    char *draft = text("%s.draft", path);
    int rc = file_replace(draft, bytes, length);
    char *digest = rc ? NULL : digest_of(draft, "0");
    if (rc == 0 && !digest)
        rc = -EIO;
    char *sealed = text("%sdigest %s\n", bytes, digest ? digest : "");
    if (rc == 0)
        rc = file_replace(path, sealed, strlen(sealed));
    unlink(draft);
    free(sealed);
    free(digest);
    free(draft);
    return rc;
}

static char *header_of(const struct baseline *b, const char *date, const char *reason)
{
    return text(SCHEMA "\ndate %s\ncommit %s\nreason %s\nqemu %s\nkernel %s\ninitrd %s\n", date,
                b->commit, reason, b->qemu, b->kernel_sha256, b->initrd_sha256);
}

/* The header and the values, to free; NULL on lack of memory. */
static char *bytes_of(const struct baseline *b, const char *header, size_t *length)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, length);
    if (!out)
        return NULL;
    fputs(header, out);
    write_values(out, b);
    fclose(out);
    return bytes;
}

int baseline_write(const struct baseline *b, const char *date, const char *reason, const char *path)
{
    size_t length = 0;
    char *header = header_of(b, date, reason), *bytes = bytes_of(b, header, &length);
    int rc = bytes ? seal(bytes, length, path) : -ENOMEM;
    free(header);
    free(bytes);
    return rc;
}

char *baseline_digest(const struct baseline *b)
{
    size_t length = 0;
    char *bytes = bytes_of(b, "", &length), path[] = "/tmp/vbench-XXXXXX", *digest = NULL;
    int fd = bytes ? mkstemp(path) : -1;
    if (fd >= 0 && write(fd, bytes, length) == (ssize_t)length)
        digest = file_sha256(path);
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    free(bytes);
    return digest;
}

static void event_take(struct event_bands **list, const char *name, struct band count)
{
    if (!*list)
        *list = calloc(1, sizeof **list);
    if (!*list || (*list)->n == EVENTS_MAX)
        return;
    struct event_band *event = &(*list)->of[(*list)->n++];
    snprintf(event->name, sizeof event->name, "%s", name);
    event->count = count;
}

/* Rows that this suite.def does not know are left out. */
static void value_take(struct baseline *b, const char *line)
{
    char column[32], row[128];
    struct band band;
    if (sscanf(line, "%31s %127s %lf %lf %lf", column, row, &band.median, &band.low, &band.high) != 5)
        return;
    char *event = strchr(row, '/');
    if (event)
        *event++ = 0;
    int c = column_find(column), i = row_find(row);
    if (c < 0 || i == ROW_NONE)
        return;
    if (event)
        event_take(&b->events[c][i], event, band);
    else
        b->value[c][i] = band;
}

static void line_take(struct baseline *b, char *line)
{
    const struct {
        const char *key;
        char **to;
    } texts[] = {{"commit ", &b->commit},
                 {"qemu ", &b->qemu},
                 {"kernel ", &b->kernel_sha256},
                 {"initrd ", &b->initrd_sha256}};
    line[strcspn(line, "\n")] = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strncmp(line, texts[i].key, strlen(texts[i].key)) && !*texts[i].to)
            *texts[i].to = text("%s", line + strlen(texts[i].key));
    value_take(b, line);
}

/* [baseline.whole] */
static bool is_sealed(const char *path)
{
    char *is = digest_of(path, "1");
    char *said = capture((char *const[]){"sed", "-n", "$s/^digest //p", "--", (char *)path, NULL});
    bool sealed = is && said && !strcmp(is, said);
    free(is);
    free(said);
    return sealed;
}

int baseline_read(struct baseline *b, const char *path)
{
    char *line = NULL;
    size_t size = 0;
    FILE *in = fopen(path, "r");
    baseline_clear(b);
    if (!in) {
        complain("there is no baseline %s; make accept REASON='...' measures and records one", path);
        return -ENOENT;
    }
    bool is_ours = getline(&line, &size, in) > 0 && !strcmp(line, SCHEMA "\n");
    while (is_ours && getline(&line, &size, in) > 0)
        line_take(b, line);
    free(line);
    fclose(in);
    if (is_ours && is_sealed(path))
        return 0;
    complain("%s is refused: %s", path,
             is_ours ? "its digest line does not fit; it was cut or edited by hand, record it "
                       "again with vbench accept"
                     : "it is not a " SCHEMA);
    baseline_free(b);
    return -EINVAL;
}
