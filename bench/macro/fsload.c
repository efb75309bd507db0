/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of the load file is an operation's name, its arguments and the server's answer. The names
 * are those of SMB; a path stands in quotes, below the share, with backslashes:
 *
 *   NTCreateX "\clients\client1\~dmtmp" 0x1 0x2 9937 NT_STATUS_OK
 *   WriteX 9938 65536 4096 4096 NT_STATUS_OK         handle, offset, bytes, bytes written
 */
#define _GNU_SOURCE
#include "bench/macro/fsload.h"
#include "bench/macro/macro.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What follows the name: p path, o other path, h handle, a and b numbers, - something of no
 * concern. The answer is always last. */
static const struct {
    const char *name;
    enum fs_kind kind;
    const char *arguments;
} forms[] = {
    {"NTCreateX", FS_NTCREATEX, "pabh"},
    {"Close", FS_CLOSE, "h"},
    {"ReadX", FS_READX, "hab-"},
    {"WriteX", FS_WRITEX, "hab-"},
    {"Flush", FS_FLUSH, "h"},
    {"QUERY_PATH_INFORMATION", FS_QUERY_PATH, "p-"},
    {"QUERY_FILE_INFORMATION", FS_QUERY_FILE, "h-"},
    {"QUERY_FS_INFORMATION", FS_QUERY_FS, "-"},
    {"SET_FILE_INFORMATION", FS_SET_FILE, "h-"},
    {"FIND_FIRST", FS_FIND_FIRST, "p---"},
    {"Unlink", FS_UNLINK, "p-"},
    {"Rename", FS_RENAME, "po"},
    {"LockX", FS_LOCKX, "hab"},
    {"UnlockX", FS_UNLOCKX, "hab"},
    {"Mkdir", FS_MKDIR, "p"},
    {"Deltree", FS_DELTREE, "p"},
};

/* The server did not tell upper from lower case; `<` is a pattern's star. */
static char *path_copy(const char *quoted)
{
    char *path = strdup(quoted + 1 + (quoted[1] == '\\'));
    must(path && quoted[0] == '"', "a path of the load file");
    path[strcspn(path, "\"")] = 0;
    for (char *c = path; *c; c++)
        *c = *c == '\\' ? '/' : *c == '<' ? '*' : tolower((unsigned char)*c);
    return path;
}

static void argument_take(struct fs_op *op, char what, const char *word)
{
    switch (what) {
    case 'p':
        op->path = path_copy(word);
        break;
    case 'o':
        op->other = path_copy(word);
        break;
    case 'h':
        op->handle = strtoul(word, NULL, 0);
        break;
    case 'a':
        op->a = strtol(word, NULL, 0);
        break;
    case 'b':
        op->b = strtol(word, NULL, 0);
        break;
    }
}

static bool is_within_limits(const struct fs_op *op)
{
    bool moves = op->kind == FS_READX || op->kind == FS_WRITEX;
    return op->handle < FS_HANDLES && (!moves || (op->b >= 0 && op->b <= FS_BYTES_MAX));
}

static void line_parse(char *line, struct fs_op *op)
{
    char *save = NULL, *word = strtok_r(line, " \r\n", &save);
    size_t form = 0, forms_n = sizeof forms / sizeof *forms;
    while (word && form < forms_n && strcmp(forms[form].name, word))
        form++;
    must(word && form < forms_n, "an operation of the load file is not known");
    *op = (struct fs_op){.kind = forms[form].kind};
    for (const char *what = forms[form].arguments; *what; what++) {
        word = strtok_r(NULL, " \r\n", &save);
        must(word, "an operation of the load file lacks an argument");
        argument_take(op, *what, word);
    }
    word = strtok_r(NULL, " \r\n", &save);
    op->succeeds = word && !strcmp(word, "NT_STATUS_OK");
    must(word && is_within_limits(op), "an operation of the load file is out of bounds");
}

struct fs_op *fsload_read(const char *file, unsigned count)
{
    FILE *f = fopen(file, "r");
    struct fs_op *ops = calloc(count, sizeof *ops);
    char *line = NULL;
    size_t room = 0;
    must(f && ops, file);
    for (unsigned i = 0; i < count; i++) {
        must(getline(&line, &room, f) > 0, "the load file is too short");
        line_parse(line, &ops[i]);
    }
    free(line);
    fclose(f);
    return ops;
}

void fsload_free(struct fs_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(ops[i].path);
        free(ops[i].other);
    }
    free(ops);
}
