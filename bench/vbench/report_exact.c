/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_exact.h"
#include "bench/vbench/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The gate's tolerance; a row that seeds move by more is judged by its band instead. */
static const double TOLERANCE = 0.005;

/* How far seeds move a row from the middle of its band, as a part of it. */
static double band_part(const struct band *b)
{
    return (b->high - b->low) / 2 / b->median;
}

struct tally {
    unsigned rows, events, unmoved, within;
};

static struct tally count(const struct baseline *b)
{
    struct tally t = {0};
    for (int i = 0; i < ROWS; i++) {
        const struct band *band = &b->value[COLUMN_VANTAGE][i];
        if (isnan(band->median))
            continue;
        t.rows++;
        t.unmoved += band->low == band->high;
        t.within += band->low != band->high && band_part(band) <= TOLERANCE;
        if (b->events[COLUMN_VANTAGE][i])
            t.events += b->events[COLUMN_VANTAGE][i]->n;
    }
    return t;
}

static void write_bands(FILE *out, const struct baseline *b)
{
    fputs("| moved by seeds | median | lowest | highest | band |\n|---|--:|--:|--:|--:|\n", out);
    for (int i = 0; i < ROWS; i++) {
        const struct band *band = &b->value[COLUMN_VANTAGE][i];
        if (band_part(band) > TOLERANCE)
            fprintf(out, "| `%s` | %.1f | %.1f | %.1f | +-%.2f %% |\n", suite_rows[i].name, band->median,
                    band->low, band->high, band_part(band) * 100);
    }
    fputc('\n', out);
}

void write_exactness(FILE *out, const struct study *s)
{
    const struct baseline *b = &s->gate;
    const struct tally t = count(b);
    if (t.rows == 0)
        return;
    char *digest = baseline_digest(b);
    fprintf(out,
            "## How exact it is\n\n"
            "Each row runs in a machine of its own, restored from the same state. `make gate` runs it twice, which\n"
            "must print the same bytes, and with five seeds that move what must not matter: clock phase, stacks,\n"
            "pages, length of the image. It judges the median of the five, and the counts of events that go with\n"
            "it by equality. The recorded values, in instructions (results/baseline/quick.txt), are of commit\n"
            "%s: %u rows and %u counts of events. Seeds leave %u rows as they are to the instruction and move\n"
            "%u by at most %.1f %%%s\n\n",
            b->commit ? b->commit : "unknown", t.rows, t.events, t.unmoved, t.within, TOLERANCE * 100,
            t.unmoved + t.within < t.rows ? "; to the others the gate allows half the width of their band:" : ".");
    if (t.unmoved + t.within < t.rows)
        write_bands(out, b);
    fprintf(out, "SHA-256 of the values alone, the same wherever the same tree is measured: `%s`.\n\n",
            digest ? digest : "unknown");
    free(digest);
}

/* ---- terms ---- */

static bool is_term(enum row_id row)
{
    return !strcmp(suite_rows[row].table, "term");
}

static void write_users(FILE *out, enum row_id term)
{
    const char *before = "";
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(suite_rows[i].minus, suite_rows[term].name))
            continue;
        fprintf(out, "%s`%s`", before, suite_rows[i].name);
        before = ", ";
    }
}

static void write_term(FILE *out, const struct study *s, enum row_id term)
{
    const struct figures f = figures_of(&s->documents.all, &s->paper, term);
    char text[NUMBER_MAX];
    if (!is_measured(&f))
        return;
    fprintf(out, "| `%s` | %s |", suite_rows[term].name, suite_rows[term].unit);
    for (int c = COLUMN_NATIVE; c <= COLUMN_UML; c++)
        if (c != COLUMN_TRACED)
            fprintf(out, " %s |", number_print(text, f.value[c]));
    fputc(' ', out);
    write_users(out, term);
    fputs(" |\n", out);
}

void write_terms(FILE *out, const struct study *s)
{
    bool is_any = false;
    for (int i = 0; i < ROWS; i++) {
        const struct figures f = figures_of(&s->documents.all, &s->paper, i);
        is_any |= is_term(i) && is_measured(&f);
    }
    if (!is_any)
        return;
    fputs("<details>\n<summary>The terms that are subtracted</summary>\n\n"
          "No benchmarks: rows that others subtract, or that say what measuring costs. No mean, no half and no\n"
          "goal counts them.\n\n"
          "| term | unit | native | Vantage | Xen 4.17 | no mitigations | user-mode Linux | subtracted from |\n"
          "|---|---|--:|--:|--:|--:|--:|---|\n", out);
    for (int i = 0; i < ROWS; i++)
        if (is_term(i))
            write_term(out, s, i);
    fputs("\n</details>\n\n", out);
}
