/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_notes.h"
#include "bench/vbench/host.h"
#include "bench/vbench/table.h"

#include <math.h>
#include <string.h>

static const char how_to_read[] =
    "## How to read this\n\n"
    "All columns run the same Debian kernel and the same initramfs under QEMU in deterministic mode: one\n"
    "CPU, one instruction takes one nanosecond of virtual time. A microsecond is therefore exactly 1000\n"
    "instructions, the same on every machine. **Instructions are not time**: caches, TLB misses and the\n"
    "price of a privilege crossing do not show. The number of iterations is fixed; a value is the median of\n"
    "the samples, all of which are in the result documents.\n\n"
    "*Times native* is the ratio to native Linux: 1.00 means no cost of virtualization. *Xen 4.17* has its\n"
    "default mitigations; *no mitigations* is the same Xen with `spec-ctrl=no xpti=no pv-l1tf=off`.\n"
    "*User-mode Linux* is Debian's, a process of the native column's kernel. *2003* is what the paper\n"
    "measured (32 bits, 2.4 GHz Xeon; ratios are to its L-UP row) with other programs of the same\n"
    "definition; its mean over all is that of the 24 cells of its Tables 3 to 5. *Part of Xen's overhead*\n"
    "is what Vantage adds to native relative to what Xen 4.17 adds, in the configuration that adds less;\n"
    "*ratio at half* is where that would be 50 %; *goal* is where Vantage wants to be (results/targets.json).\n\n";

static const char paper_notes[] =
    "## Notes on the paper's numbers\n\n"
    "They are data with provenance in results/paper/. Where the paper's text and figures differ, the\n"
    "figures count:\n\n"
    "- 128 domains with a 5 ms slice lose 7.5 % of the ideal 2.00 and 6.6 % of native Linux's 1.98 (Figure\n"
    "  6); the text says 7.5 % of Linux.\n"
    "- One SPEC WEB99 domain gains 7.8 % from the second CPU (554 in Figure 4 over 514 in Figure 3); the\n"
    "  text says 9 %.\n"
    "- One OSDB-OLTP is 1633 tuples per second in Figure 3 (one CPU) and 1661 in Figure 5 (two).\n"
    "- The shares of OSDB-IR in Figure 5 are within 4.3 % of the weights; the text says 4 %.\n\n"
    "The paper's null I/O is the mean of its read and write; both stand in its column here. Its page fault\n"
    "was one page per fault, which today is `page_fault_one`; today's kernel maps up to 16 (`page_fault`).\n"
    "User-mode Linux enters its kernel by a switch of host processes, in every system call: its context\n"
    "switch less its system calls can be below native's.\n"
    "VMware Workstation is not measured here: its licence forbade publishing, and it has no modern peer of\n"
    "the same kind.\n\n";

void write_how_to_read(FILE *out)
{
    fputs(how_to_read, out);
}

void write_paper_notes(FILE *out)
{
    fputs(paper_notes, out);
}

static void write_remaining_row(FILE *out, const struct study *s, enum row_id row, const struct figures *f)
{
    char text[NUMBER_MAX];
    double over = f->value[COLUMN_VANTAGE] - f->value[COLUMN_NATIVE];
    fprintf(out, "| `%s` | %.2f |", suite_rows[row].name, f->ratio[COLUMN_VANTAGE]);
    fprintf(out, " %s |", ratio_print(text, f->half));
    fprintf(out, " %s |", ratio_print(text, f->goal));
    fprintf(out, " %.0f |", over * unit_ns(suite_rows[row].unit));
    fprintf(out, " %s |\n", s->remaining[row] ? s->remaining[row] : "-");
}

void write_remaining(FILE *out, const struct study *s)
{
    bool is_begun = false;
    if (!s->has_remaining)
        return;
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures_of(&s->documents.all, &s->paper, i);
        double ours = f.ratio[COLUMN_VANTAGE];
        bool is_there = !row_is_shown(i) || !(ours > f.goal || ours > f.half);
        if (is_there && s->remaining[i])
            complain("results/remaining.json: %s is there; its line can go", suite_rows[i].name);
        if (is_there)
            continue;
        if (!is_begun)
            fprintf(out, "## Not there yet\n\nRows above half of Xen's overhead, or above their goal.\n\n"
                         "| benchmark | times native | ratio at half | goal | instructions over native | "
                         "what they are, and whose |\n|---|--:|--:|--:|--:|---|\n");
        is_begun = true;
        write_remaining_row(out, s, i, &f);
    }
    if (is_begun)
        fputc('\n', out);
}

void write_definitions(FILE *out, const struct study *s)
{
    fprintf(out, "<details>\n<summary>What exactly is timed</summary>\n\n"
                 "| benchmark | one operation | operations | less |\n|---|---|--:|---|\n");
    for (int i = 0; i < ROWS; i++)
        if (s->documents.source[i] >= 0)
            fprintf(out, "| `%s` | %s | %u x %u | %s |\n", suite_rows[i].name, suite_rows[i].what,
                    suite_rows[i].samples, suite_rows[i].iterations, suite_rows[i].minus);
    fprintf(out, "\n</details>\n\n");
}

static const char *known(const char *s)
{
    return s ? s : "unknown";
}

static void write_columns(FILE *out, const struct document *d)
{
    static const char *const verdicts[] = {"run once", "two runs printed the same bytes",
                                           "two runs DIFFERED"};
    for (int c = 0; c < COLUMNS; c++) {
        const struct column *column = &d->result.columns[c];
        if (column->asked)
            fprintf(out, "- %s: %s; console sha256 `%s`\n\n  `%s`\n", column_names[c],
                    verdicts[column->repeat], known(column->console_sha256),
                    column->command ? column->command : "");
    }
}

static void write_document(FILE *out, const struct document *d)
{
    const struct result *r = &d->result;
    fprintf(out,
            "### %s\n\n- %u rows; suite %s, commit %s, %s\n- QEMU: %s\n- kernel sha256: `%s`\n- "
            "initrd sha256: `%s`\n",
            d->path, d->rows, known(r->suite), known(r->commit), known(r->date), known(r->qemu),
            known(r->kernel_sha256), known(r->initrd_sha256));
    write_columns(out, d);
    fputc('\n', out);
}

static void write_command(FILE *out, const struct study *s)
{
    fprintf(out, "This page is what the following command writes; `make bench` runs the quick suite "
                 "and takes the newest\ndocument that has a row.\n\n    build/bin/vbench report");
    for (unsigned i = 0; i < s->documents.n; i++)
        if (s->documents.of[i].is_used)
            fprintf(out, " %s", s->documents.of[i].path);
    fprintf(out, "\n\n");
}

void write_documents(FILE *out, const struct study *s)
{
    fprintf(out, "<details>\n<summary>Documents and environment</summary>\n\n");
    write_command(out, s);
    for (unsigned i = 0; i < s->documents.n; i++)
        if (s->documents.of[i].is_used)
            write_document(out, &s->documents.of[i]);
    fprintf(out, "</details>\n");
}
