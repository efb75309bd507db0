/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/gate_explain.h"
#include "bench/vbench/host.h"

#include <stdlib.h>

enum { FUNCTIONS_MAX = 20 };

/* Prints `name old new` for each function whose code has another size in the second ELF file. */
static const char sizes_script[] =
    "sizes() { nm -S --defined-only -- \"$1\" | "
    "awk 'NF == 4 && $3 ~ /[tT]/ { print $4, $2 }' | sort -k 1,1 -u; }; "
    "join -a 1 -a 2 -e 0 -o 0,1.2,2.2 <(sizes \"$GATE_WAS/vantage\") "
    "<(sizes \"$GATE_NOW/vantage\") | "
    "awk '$2 != $3'";

/* The functions whose code is not of the size it had: where to look first. */
static void explain_functions(FILE *out)
{
    char name[128];
    unsigned was, is, n = 0;
    setenv("GATE_SIZES", sizes_script, 1);
    FILE *said = popen("bash -c \"$GATE_SIZES\"", "r");
    while (said && fscanf(said, "%127s %x %x", name, &was, &is) == 3 && ++n <= FUNCTIONS_MAX)
        fprintf(out, "# code: %s %u -> %u bytes\n", name, was, is);
    if (said)
        pclose(said);
    if (n == 0)
        fprintf(out, "# code: no function of the hypervisor has another size\n");
}

/* What bench/explain/builds says about the slower rows: who, which visits, which functions. */
static void explain_counts(FILE *out, const struct selection *rows)
{
    char *command = text("%s", "bench/explain/builds \"$GATE_WAS\" \"$GATE_NOW\""), line[512];
    for (int i = 0; i < ROWS; i++) {
        if (!rows->has[i])
            continue;
        char *longer = text("%s %s", command, suite_rows[i].name);
        free(command);
        command = longer;
    }
    FILE *said = popen(command, "r");
    while (said && fgets(line, sizeof line, said))
        fprintf(out, "# %s", line);
    if (!said || pclose(said) < 0)
        complain("cannot run bench/explain/builds");
    free(command);
}

void gate_explain(FILE *out, const char *was, const char *now, const struct selection *rows)
{
    setenv("GATE_WAS", was, 1);
    setenv("GATE_NOW", now, 1);
    explain_functions(out);
    fflush(out);
    if (selection_count(rows))
        explain_counts(out, rows);
}
