/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/report_response.h"
#include "bench/vbench/host.h"
#include "bench/vbench/study.h"
#include "bench/vbench/table.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define RESPONSE "results/response.json"
#define PAPER    "results/paper/text.json"

static double number_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key)) ?: "";
}

/* A number of the paper's text by its name, NAN where it is not. */
static double paper_number(const json_t *paper, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(paper, "numbers"), i, one)
        if (!strcmp(text_at(one, "name"), name))
            return number_at(one, "value");
    return NAN;
}

static void write_row(FILE *out, const json_t *row, const char *who)
{
    static const char *const keys[] = {"mean", "sd", "p50", "p99", "max"};
    const double warp = number_at(row, "warp_ms");
    char number[NUMBER_MAX];
    fprintf(out, "| %s, `sched=%s`", who, text_at(row, "sched"));
    if (warp > 0)
        fprintf(out, ", warp of %g ms", warp);
    fputs(" |", out);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        fprintf(out, " %s |", number_print(number, number_at(row, keys[i])));
    fputc('\n', out);
}

/* One kind of domain: the rows measured, and below them the paper's. */
static void write_kind(FILE *out, const json_t *root, const json_t *paper, const char *domain, const char *who)
{
    size_t i;
    json_t *row;
    char mean[32], deviation[32];
    json_array_foreach(json_object_get(root, "rows"), i, row)
        if (!strcmp(text_at(row, "domain"), domain))
            write_row(out, row, who);
    snprintf(mean, sizeof mean, "rtt_%s_mean", domain);
    snprintf(deviation, sizeof deviation, "rtt_%s_sd", domain);
    fprintf(out, "| %s, Xen, 2003 | %g | %g | - | - | - |\n", who, paper_number(paper, mean), paper_number(paper, deviation));
}

static void write_document(FILE *out, const json_t *root)
{
    json_t *paper = optional_read(PAPER);
    const double domains = number_at(root, "domains"), slice_ms = number_at(root, "slice_ms");
    fprintf(out,
            "How soon one of %g domains that compute answers, and how soon one more that sleeps until it is asked: an "
            "event\nof the control domain and the event back, without a network, at commit %s\n(bench/response). On one "
            "CPU who computes waits for half a round of %g slices of %g ms, on the average %g ms. The\npaper's are UDP "
            "packets, and with its two CPUs a round has half as many slices. With BVT one that is interrupted\nbefore it "
            "sleeps again may wait for a round, unless it has a warp.\n\n"
            "| milliseconds | mean | s.d. | median | 99 %% | max |\n|---|--:|--:|--:|--:|--:|\n",
            domains, text_at(root, "commit"), domains, slice_ms, domains * slice_ms / 2);
    write_kind(out, root, paper, "loaded", "computing");
    write_kind(out, root, paper, "idle", "asleep");
    fputc('\n', out);
    json_decref(paper);
}

void write_response(FILE *out)
{
    json_t *root = optional_read(RESPONSE);
    if (root && !strcmp(text_at(root, "schema"), "vbench-response/1"))
        write_document(out, root);
    else if (root)
        complain("%s is left out: it is not a vbench-response/1", RESPONSE);
    json_decref(root);
}
