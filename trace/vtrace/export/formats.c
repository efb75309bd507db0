/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace export: what is done for all formats, and the verbs that are made of them. */
#include "trace/vtrace/export/export.h"
#include "trace/vtrace/json.h"

#include <errno.h>
#include <string.h>

static FILE *open_output(const char *path)
{
    FILE *out = path ? fopen(path, "w") : stdout;

    if (!out)
        fail("%s: %s", path, strerror(errno));
    return out;
}

static void close_output(FILE *out, const char *path)
{
    bool bad = ferror(out) || fflush(out);

    if ((out != stdout && fclose(out)) || bad)
        fail("%s: writing failed: %s", path ? path : "standard output", strerror(errno));
}

/* Runs one format over the trace the options name; returns the exit status. */
static int export_run(const struct format *f, const struct options *o)
{
    struct export x = {.t = trace_with_symbols(o), .path = option_text(o, 'o')};
    struct records *s = records_open(x.t, o);
    struct record r;
    int status;

    if ((f->wants_path || f->wants_file) && !x.path)
        fail("this format needs -o FILE");
    if (!f->wants_path)
        x.out = open_output(x.path);
    f->begin(&x);
    while (records_next(s, &r))
        f->record(&x, &r);
    records_close(s);
    f->end(&x);
    if (x.out)
        close_output(x.out, x.path);
    print_outcome(x.path ? stdout : stderr, x.t, o);
    status = exit_status(x.t);
    trace_close((struct trace *)x.t);
    return status;
}

#define FORMAT(name, verb)                                                                         \
    extern const struct format format_##name;                                                      \
    int verb_##verb(const struct options *o)                                                       \
    {                                                                                              \
        return export_run(&format_##name, o);                                                      \
    }
FORMAT(folded, export_folded)
FORMAT(flame, flame)
FORMAT(json, export_json)
FORMAT(perf, export_perf)
FORMAT(perfetto, export_perfetto)
FORMAT(sqlite, export_sqlite)
FORMAT(xentrace, export_xentrace)
