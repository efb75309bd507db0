/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/plot.h"
#include "trace/vtrace/fail.h"

#include <signal.h>
#include <string.h>

static const char *terminal(const char *path)
{
    size_t n = strlen(path);

    if (n > 4 && !strcmp(path + n - 4, ".svg"))
        return "svg size 1200,600 font 'sans,14'";
    if (n > 4 && !strcmp(path + n - 4, ".png"))
        return "pngcairo size 1200,600 font 'sans,11'";
    fail("--output wants a name ending in .svg or .png, not \"%s\"", path);
}

FILE *plot_begin(const char *path, const char *title)
{
    const char *kind = terminal(path);
    FILE *f;

    if (strpbrk(path, "'\n\\"))
        fail("the name of a picture cannot have quotes, lines or backslashes");
    fflush(stdout);
    signal(SIGPIPE, SIG_IGN); /* plot_end tells */
    f = popen("gnuplot", "w");
    if (!f)
        fail("gnuplot cannot be started");
    fprintf(f, "set terminal %s\nset output '%s'\nset title '%s'\n", kind, path, title);
    return f;
}

void plot_end(FILE *f, const char *path)
{
    if (pclose(f))
        fail("%s could not be drawn; is gnuplot installed?", path);
}
