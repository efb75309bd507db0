/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/baseline.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "vbench-baseline/1"

static char *copy(const char *s)
{
    return text("%s", s ? s : "unknown");
}

void baseline_of(const struct result *r, struct baseline *b)
{
    *b = (struct baseline){copy(r->commit), copy(r->qemu), copy(r->kernel_sha256),
                           copy(r->initrd_sha256), {{0}}};
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (metric_value(r->columns[c].metrics, i, &b->value[c][i]))
                b->value[c][i] *= unit_ns(suite_rows[i].unit);
            else
                b->value[c][i] = NAN;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void write_values(FILE *out, const struct baseline *b)
{
    char *lines[COLUMNS * ROWS];
    int n = 0;
    for (int c = 0; c < COLUMNS; c++)
        for (int i = 0; i < ROWS; i++)
            if (!isnan(b->value[c][i]))
                lines[n++] =
                    text("%s %s %.3f\n", column_names[c], suite_rows[i].name, b->value[c][i]);
    qsort(lines, n, sizeof *lines, by_name);
    for (int i = 0; i < n; i++) {
        fputs(lines[i], out);
        free(lines[i]);
    }
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

int baseline_write(const struct result *r, const char *date, const char *reason, const char *path)
{
    struct baseline b;
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return -ENOMEM;
    baseline_of(r, &b);
    fprintf(out, SCHEMA "\ndate %s\ncommit %s\nreason %s\nqemu %s\nkernel %s\ninitrd %s\n", date,
            b.commit, reason, b.qemu, b.kernel_sha256, b.initrd_sha256);
    write_values(out, &b);
    fclose(out);
    int rc = seal(bytes, length, path);
    free(bytes);
    baseline_free(&b);
    return rc;
}

static void value_take(struct baseline *b, const char *line)
{
    char column[32], row[64];
    double value;
    if (sscanf(line, "%31s %63s %lf", column, row, &value) != 3)
        return;
    int c = column_find(column), i = row_find(row);
    if (c >= 0 && i != ROW_NONE)
        b->value[c][i] = value;
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
    *b = (struct baseline){0};
    for (int i = 0; i < COLUMNS * ROWS; i++)
        b->value[i / ROWS][i % ROWS] = NAN;
    if (!in) {
        complain("there is no baseline %s; vbench run --twice --columns vantage --out FILE, then vbench "
                 "accept --reason TEXT FILE",
                 path);
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

char *baseline_mismatch(const struct baseline *a, const struct baseline *b)
{
    const struct {
        const char *what, *a, *b;
    } parts[] = {{"QEMU", a->qemu, b->qemu},
                 {"guest kernel", a->kernel_sha256, b->kernel_sha256},
                 {"guest image", a->initrd_sha256, b->initrd_sha256}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].a || !parts[i].b || strcmp(parts[i].a, parts[i].b))
            return text("the %s is another one: %s, now %s", parts[i].what,
                        parts[i].a ? parts[i].a : "unknown", parts[i].b ? parts[i].b : "unknown");
    return NULL;
}

void baseline_free(struct baseline *b)
{
    free(b->commit);
    free(b->qemu);
    free(b->kernel_sha256);
    free(b->initrd_sha256);
    *b = (struct baseline){0};
}
