/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of vbench's parts: the table of benchmarks, console lines, samples, documents, tables.
 * Prints TAP. Built with the address and undefined-behaviour sanitizers.
 */
#define _GNU_SOURCE
#include "bench/vbench/compare.h"
#include "bench/vbench/gate.h"
#include "bench/vbench/host.h"
#include "bench/vbench/line.h"
#include "bench/vbench/machine.h"
#include "bench/vbench/pmu.h"
#include "bench/vbench/report.h"
#include "bench/vbench/report_domu.h"
#include "bench/vbench/table.h"
#include "bench/vbench/wall.h"

#include <math.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned tests, failures;

static void ok(bool is_true, const char *name)
{
    failures += !is_true;
    printf("%sok %u - %s\n", is_true ? "" : "not ", ++tests, name);
}

static char *folder; /* scratch, under the system's temporary folder */

/* ---- suite.def ---- */

static bool table_is_sound(void)
{
    for (int i = 0; i < ROWS; i++) {
        const struct row *r = &suite_rows[i];
        int term = row_find(r->minus);
        if (row_find(r->name) != i || r->iterations == 0 || r->samples == 0 ||
            r->samples > SAMPLES_MAX)
            return false;
        if (*r->minus && (term == ROW_NONE || term == i))
            return false;
        if (term != ROW_NONE && r->suite == SUITE_quick && suite_rows[term].suite != SUITE_quick)
            return false;
    }
    return true;
}

static void test_suite(void)
{
    struct selection s = {0}, micro = {0}, quick = {0};
    ok(table_is_sound(), "suite.def: names are unique, subtracted rows exist in the same suite");
    ok(selection_add(&s, "protection_fault") && selection_count(&s) == 3 && s.has[ROW_kill_null],
       "a row brings the rows it subtracts");
    ok(!selection_add(&s, "no_such_row"), "an unknown name is refused");
    ok(selection_add(&quick, "quick") && selection_count(&quick) < ROWS && quick.has[ROW_null_call],
       "a suite is its rows");
    ok(selection_add(&micro, "micro") && selection_count(&micro) > selection_count(&quick) &&
           micro.has[ROW_null_call],
       "a suite brings the rows of the one it extends");
    ok(suites_share_image(SUITE_quick, SUITE_micro) &&
           !suites_share_image(SUITE_quick, SUITE_hyper) && !suite_has_native(SUITE_hyper),
       "a mini guest boots alone, and not natively");
}

/* ---- samples ---- */

static void metric_set(struct metric *m, unsigned iters, unsigned n, const uint64_t *sample)
{
    m->iters = iters;
    m->n = n;
    memcpy(m->sample, sample, n * sizeof *sample);
}

static void test_samples(void)
{
    static struct metric m[ROWS];
    double v;
    metric_set(&m[ROW_null_call], 10, 3, (uint64_t[]){9000, 1000, 5000});
    ok(metric_median(&m[ROW_null_call]) == 500, "median of an odd number, unsorted, per operation");
    metric_set(&m[ROW_null_call], 1, 4, (uint64_t[]){4, 1, 3, 100});
    ok(metric_median(&m[ROW_null_call]) == 3.5, "median of an even number");
    metric_set(&m[ROW_protection_fault], 1, 1, (uint64_t[]){9000});
    ok(!metric_value(m, ROW_protection_fault, &v), "no value while a subtracted row is missing");
    metric_set(&m[ROW_signal_handle], 1, 1, (uint64_t[]){5000});
    metric_set(&m[ROW_kill_null], 1, 1, (uint64_t[]){1000});
    ok(metric_value(m, ROW_protection_fault, &v) && v == 5.0, "a - (b - c), in microseconds");
    metric_set(&m[ROW_time_to_init], 1, 1, (uint64_t[]){1500000000});
    ok(metric_value(m, ROW_time_to_init, &v) && v == 1.5, "seconds where the row says so");
}

/* ---- console lines ---- */

static enum line_kind kind_of(const char *console)
{
    struct line line;
    line_parse(console, &line);
    return line.kind;
}

#define NULL_CALL "{\"bench\":\"null_call\",\"metric\":\"ns\",\"iters\":2000,\"samples\":"
#define DOMAIN_STATE(metric)                                                                       \
    "{\"bench\":\"domain_state\",\"metric\":\"" metric "\",\"iters\":1,\"samples\":[32768]}"

static void test_lines(void)
{
    static const char good[] = NULL_CALL "[7,6,5,4,3,2,1]}\r";
    static const char *const bad[] = {
        NULL_CALL "[7,6,5,4,3,2]}",
        NULL_CALL "[7,6,5,4,3,2,0]}",
        NULL_CALL "[7,6,5,4,3,2,-1]}",
        NULL_CALL "[7,6,5,4,3,2,1.5]}",
        NULL_CALL "\"7\"}",
        NULL_CALL "[7,6,5,[    3.1] usb: hello",
        NULL_CALL "[7,6,5,4,3,2,1],\"x\":1}",
        "{\"bench\":\"null_call\"}",
        "{\"bench\":\"nonsense\",\"metric\":\"ns\",\"iters\":1,\"samples\":[1]}",
        "{\"bench\":\"null_call\",\"metric\":\"ns\",\"iters\":7,\"samples\":[7,6,5,4,3,2,1]}",
        "{\"bench\":\"null_call\",\"bench\":\"null_call\",\"metric\":\"ns\",\"iters\":2000,"
        "\"samples\":[7,6,5,4,3,2,1]}",
        "VTG-BENCH nonsense",
        "VTG-EXIT",
        "VTG-EXIT x",
        "VTG-EXIT 1x",
    };
    struct line line;
    bool all_refused = true, no_cut_taken = true;

    line_parse(good, &line);
    ok(line.kind == LINE_RESULT && line.row == ROW_null_call && line.metric.n == 7 &&
           line.metric.sample[0] == 7,
       "a result line");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool refused = kind_of(bad[i]) == LINE_BAD || (kind_of(bad[i]) == LINE_OTHER && i == 12);
        if (!refused)
            printf("# taken: %s\n", bad[i]);
        all_refused &= refused;
    }
    ok(all_refused, "damaged, foreign and out-of-date lines are refused [line.whole]");
    for (size_t cut = 0; cut < strlen(good) - 1; cut++) {
        char part[sizeof good] = {0};
        memcpy(part, good, cut);
        no_cut_taken &= kind_of(part) != LINE_RESULT;
    }
    ok(no_cut_taken, "a line cut at any place is never a result [line.whole]");
    ok(kind_of("VTG-INIT 1.80") == LINE_INIT && kind_of("VTG-EXIT 0\r") == LINE_EXIT &&
           kind_of("VTG-BENCH fork_sh\r") == LINE_START,
       "the markers");
    ok(kind_of(DOMAIN_STATE("bytes")) == LINE_RESULT && kind_of(DOMAIN_STATE("ns")) == LINE_BAD,
       "a row of memory is in bytes");
    line_parse("VTG-SKIP stat no such call\r", &line);
    ok(line.kind == LINE_SKIP && line.row == ROW_stat && !strcmp(line.why, "no such call") &&
           kind_of("VTG-SKIP stat") == LINE_BAD && kind_of("VTG-SKIP stat \r") == LINE_BAD,
       "a skipped benchmark says why");
    ok(kind_of("[    1.776360] Run /init as init process") == LINE_OTHER &&
           kind_of("") == LINE_OTHER,
       "the kernel's lines are not ours");
}

/* Any bytes may come down a serial line; none may confuse the parser (the sanitizers watch). */
static void test_noise(void)
{
    uint32_t state = 1;
    static const char alphabet[] = "{}[]\",:0123456789VTG-BENCHEXITnull_call \\\r\x80\xff";
    bool taken = false;
    for (int round = 0; round < 20000; round++) {
        char noise[96] = NULL_CALL "[7,6,5,4,3,2,1]}";
        for (int k = 0; k < 1 + round % 5; k++) {
            state = state * 1664525u + 1013904223u;
            noise[state % 70] = alphabet[(state >> 16) % (sizeof alphabet - 1)];
        }
        struct line line;
        line_parse(noise, &line);
        taken |= line.kind == LINE_RESULT && (line.metric.n != 7 || line.metric.iters != 2000);
    }
    ok(!taken, "20,000 mutated lines: none is taken with a wrong shape");
}

/* ---- documents ---- */

static void result_make(struct result *r)
{
    memset(r, 0, sizeof *r);
    r->suite = text("quick");
    r->date = text("2026-01-01T00:00:00Z");
    r->commit = text("v1 \"quoted\" \xc3\xa4");
    r->kernel_sha256 = text("aa");
    for (int c = COLUMN_NATIVE; c <= COLUMN_XEN; c++) {
        r->columns[c].asked = true;
        r->columns[c].wall_s = 1.5;
        r->columns[c].repeat = IDENTICAL;
        for (int i = 0; i < ROWS; i++)
            metric_set(
                &r->columns[c].metrics[i], 2, 3,
                (uint64_t[]){1000 * (c + 1) + 100 * i, 1100 * (c + 1) + 100 * i, 9007199254740993});
    }
    r->columns[COLUMN_XEN].reason = text("it died");
}

static bool results_equal(const struct result *a, const struct result *b)
{
    for (int c = 0; c < COLUMNS; c++)
        if (memcmp(a->columns[c].metrics, b->columns[c].metrics, sizeof a->columns[c].metrics) ||
            a->columns[c].repeat != b->columns[c].repeat ||
            a->columns[c].asked != b->columns[c].asked ||
            a->columns[c].wall_s != b->columns[c].wall_s)
            return false;
    return !strcmp(a->commit, b->commit) && !strcmp(a->suite, b->suite) && !strcmp(a->date, b->date) &&
           !b->qemu &&
           !strcmp(a->columns[COLUMN_XEN].reason, b->columns[COLUMN_XEN].reason);
}

/* Reads a document of these bytes; the complaint goes nowhere. */
static int read_bytes(const char *bytes)
{
    static struct result r;
    char *path = text("%s/bytes.json", folder);
    file_replace(path, bytes, strlen(bytes));
    int rc = result_read(&r, path);
    if (rc == 0)
        result_free(&r);
    unlink(path);
    free(path);
    return rc;
}

static void test_documents(void)
{
    static struct result a, b;
    static struct verdict_list list;
    char *path = text("%s/deep/er/result.json", folder);
    result_make(&a);
    ok(result_write(&a, path) == 0, "a document is written, its folders made");
    ok(result_read(&b, path) == 0 && results_equal(&a, &b), "and reads back the same");
    ok(result_write(&a, "/proc/none/x.json") < 0, "an impossible place is an error");
    ok(compare_print(fopen("/dev/null", "w"), &a, &b, SAME_COLUMNS, SAME_COLUMNS, 0, &list) == EXIT_OK,
       "compare: the same is the same");
    b.columns[COLUMN_VANTAGE].metrics[ROW_stat].sample[1] += 100000;
    ok(compare_print(fopen("/dev/null", "w"), &a, &b, SAME_COLUMNS, SAME_COLUMNS, 0.005, &list) ==
           EXIT_REGRESSION,
       "compare: slower fails");
    ok(compare_print(fopen("/dev/null", "w"), &b, &a, SAME_COLUMNS, SAME_COLUMNS, 0.005, &list) == EXIT_OK,
       "compare: faster does not");
    ok(compare_print(fopen("/dev/null", "w"), &a, &a, COLUMN_XEN, COLUMN_VANTAGE, 0.005, &list) ==
               EXIT_OK &&
           compare_print(fopen("/dev/null", "w"), &a, &a, COLUMN_VANTAGE, COLUMN_XEN, 0.005, &list) ==
               EXIT_REGRESSION,
       "compare: two columns of one document");
    b.columns[COLUMN_VANTAGE].metrics[ROW_stat].n = 0;
    ok(compare_print(fopen("/dev/null", "w"), &a, &b, SAME_COLUMNS, SAME_COLUMNS, 0.005, &list) ==
           EXIT_REGRESSION,
       "compare: a missing row fails");
    result_free(&a);
    result_free(&b);
    free(path);

    if (!freopen("/dev/null", "w", stderr))
        return;
    ok(read_bytes("") && read_bytes("{") && read_bytes("[]") && read_bytes("{}") &&
           read_bytes("{\"schema\":\"vbench-result/2\",\"columns\":{}}") &&
           read_bytes("{\"schema\":\"vbench-result/1\"}") &&
           read_bytes("{\"schema\":\"vbench-result/1\",\"columns\":{\"native\":3}}") &&
           read_bytes("{\"schema\":\"vbench-result/1\",\"columns\":{\"native\":{\"benches\":"
                      "{\"stat\":{\"iters\":0,\"samples_ns\":[1]}}}}}"),
       "documents that are damaged, foreign or incomplete are refused");
    ok(!read_bytes(
           "{\"schema\":\"vbench-result/1\",\"new\":1,\"suite\":\"quick\",\"date\":"
           "\"2026-01-01T00:00:00Z\",\"commit\":null,\"environment\":{\"qemu\":null,\"host\":null,"
           "\"kernel_sha256\":null,\"initrd_sha256\":null,\"more\":2},\"columns\":{\"future\":{},"
           "\"native\":{\"status\":\"ok\",\"reason\":null,\"wall_s\":1,\"repeat\":\"unknown\","
           "\"console_sha256\":null,\"binary_sha256\":null,\"command\":null,\"benches\":{"
           "\"future_row\":{}}}}}"),
       "unknown keys, columns and rows are passed over");
}

/* ---- the gate ---- */

/* Five runs of one row on Vantage whose event counts are these. */
static void gate_runs(struct result runs[5], const uint64_t ns[5], const uint64_t count[5])
{
    memset(runs, 0, 5 * sizeof *runs);
    for (int i = 0; i < 5; i++) {
        struct column *c = &runs[i].columns[COLUMN_VANTAGE];
        struct event_list *list = calloc(1, sizeof *list);
        metric_set(&c->metrics[ROW_stat], 1, 1, &ns[i]);
        list->n = 1;
        list->of[0] = (struct event){"hc_mmu_update", count[i]};
        c->events[ROW_stat] = list;
    }
}

static int gate_status(const uint64_t ns[2][5], const uint64_t count[2][5])
{
    static struct result runs[2][5];
    static struct baseline b[2];
    static struct verdict_list list;
    FILE *null = fopen("/dev/null", "w");
    for (int side = 0; side < 2; side++) {
        gate_runs(runs[side], ns[side], count[side]);
        baseline_of(runs[side], 5, &b[side]);
    }
    int status = gate_judge(null, &b[0], &b[1], &(struct gate_rules){.tolerance = 0.005}, &list);
    fclose(null);
    for (int side = 0; side < 2; side++) {
        baseline_free(&b[side]);
        for (int i = 0; i < 5; i++)
            result_free(&runs[side][i]);
    }
    return status;
}

static void test_gate(void)
{
#define FIVE(a, b, c, d, e) {a, b, c, d, e}
    const uint64_t calm[5] = FIVE(1000, 1000, 1000, 1000, 1000), wide[5] = FIVE(900, 1100, 1000, 950, 1050);
#define AGAINST(was, ...) (const uint64_t[2][5]){{was[0], was[1], was[2], was[3], was[4]}, __VA_ARGS__}
    ok(gate_status(AGAINST(calm, FIVE(1004, 1004, 1004, 1004, 1004)), AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000))) == EXIT_OK &&
           gate_status(AGAINST(calm, FIVE(1006, 1006, 1006, 1006, 1006)), AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000))) == EXIT_REGRESSION,
       "a row that seeds do not move has half a percent [gate.value]");
    ok(gate_status(AGAINST(wide, FIVE(990, 1190, 1090, 1040, 1140)), AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000))) == EXIT_OK &&
           gate_status(AGAINST(wide, FIVE(1010, 1210, 1110, 1060, 1160)), AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000))) == EXIT_REGRESSION,
       "one that they move has half its band [gate.value]");
    ok(gate_status(AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000)), AGAINST(calm, FIVE(1000, 1000, 1001, 1000, 1000))) == EXIT_REGRESSION,
       "an event that seeds do not move may not happen once more [gate.event]");
    ok(gate_status(AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000)), AGAINST(calm, FIVE(999, 999, 999, 999, 999))) == EXIT_OK,
       "one that happens less often is no regression");
    ok(gate_status(AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000)), AGAINST(wide, FIVE(1290, 1290, 1290, 1290, 1290))) == EXIT_OK &&
           gate_status(AGAINST(calm, FIVE(1000, 1000, 1000, 1000, 1000)), AGAINST(wide, FIVE(1310, 1310, 1310, 1310, 1310))) == EXIT_REGRESSION,
       "one that they move has its band's width beyond the band [gate.event]");
}

static bool is_comparable(char *base, char *now)
{
    char q[] = "q";
    char *why = baseline_mismatch(&(struct baseline){.qemu = q, .kernel_sha256 = base, .initrd_sha256 = q},
                                  &(struct baseline){.qemu = q, .kernel_sha256 = now, .initrd_sha256 = q});
    free(why);
    return !why;
}

static void test_environment(void)
{
    char ab[] = "aa+bb", a[] = "aa", b[] = "bb", half[] = "b", ac[] = "aa+cc";
    ok(is_comparable(ab, ab) && is_comparable(ab, a) && is_comparable(ab, b) && !is_comparable(a, ab) &&
           !is_comparable(ab, half) && !is_comparable(ab, ac),
       "a run of one suite is compared with a baseline of several, not the other way round");
}

/* ---- tables and reports ---- */

static char *table_of(const struct result *r)
{
    static const struct paper none;
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    table_print(out, r, &none);
    fclose(out);
    return bytes;
}

static void test_tables(void)
{
    static struct result r;
    static struct paper paper;
    char number[NUMBER_MAX];
    result_make(&r);
    char *table = table_of(&r), *second = strchr(table, '\n') + 1;
    ok(strchr(second, '\n') - second == second - 1 - table, "heading and rows are equally wide");
    ok(!strstr(table, "kill_null") && strstr(table, "xen is not complete: it died"),
       "subtracted rows are not shown, a failed column says why");
    r.columns[COLUMN_XEN].metrics[ROW_stat].n = 0;
    ok(isnan(figures_of(&r, &paper, ROW_stat).ratio[COLUMN_XEN]), "no ratio without a value");
    ok(!strcmp(number_print(number, 1.23456), "1.235") &&
           !strcmp(number_print(number, 1742.4), "1742") && !strcmp(number_print(number, NAN), "-"),
       "numbers keep about four digits; what is missing is a dash");
    paper_read(&paper, "results/paper");
    ok(paper.cell[ROW_fork_exit].value[PAPER_NATIVE] == 110 &&
           paper.cell[ROW_fork_exit].value[PAPER_XEN] == 198 &&
           paper.cell[ROW_ctx_2p_0k].value[PAPER_L_SMP] == 1.69 &&
           paper.cell[ROW_page_fault].value[PAPER_VMW] == 12.4 &&
           isnan(paper_ratio(&paper.cell[ROW_tcp_latency], PAPER_XEN)),
       "the paper's numbers are found by table and cell");
    free(table);
    result_free(&r);
}

/* The study of this folder's results/, its documents replaced by one that is made up. */
static struct study *study_make(void)
{
    static struct study s;
    char *path = text("%s/study.json", folder);
    result_make(&s.documents.all);
    result_write(&s.documents.all, path);
    result_free(&s.documents.all);
    study_read(&s, (const char *const[]){path, NULL});
    free(path);
    return &s;
}

static void test_report(void)
{
    struct study *s = study_make();
    char *plots = text("%s/plots/x", folder), *page = text("%s/BENCHMARKS.md", folder);
    char *script = text("cp plots/*.gp '%s/plots/'", folder),
         *svg = text("%s/plots/ratios.svg", folder);
    ok(parents_make(plots) == 0 && system(script) == 0 && report_write(s, folder) == 0 &&
           access(page, R_OK) == 0 && access(svg, R_OK) == 0,
       "a report: page and picture");
    char *first = file_sha256(page), *drawn = file_sha256(svg);
    report_write(s, folder);
    char *again = file_sha256(page), *drawn_again = file_sha256(svg);
    ok(first && drawn && !strcmp(first, again) && !strcmp(drawn, drawn_again),
       "the same documents give the same bytes");
    char *all[] = {plots, page, script, svg, first, drawn, again, drawn_again};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    study_free(s);
}

/* ---- several documents as one ---- */

/* Writes a document with one sample of a row in native and Vantage; the value in both is `ns`. */
static void document_make(const char *path, const char *date, const char *initrd, enum row_id row,
                          bool has_native, uint64_t ns)
{
    static struct result r;
    memset(&r, 0, sizeof r);
    r.date = text("%sT00:00:00Z", date);
    r.qemu = text("q");
    r.kernel_sha256 = text("k");
    r.initrd_sha256 = text("%s", initrd);
    r.columns[COLUMN_NATIVE].asked = has_native;
    r.columns[COLUMN_VANTAGE].asked = true;
    for (int c = has_native ? COLUMN_NATIVE : COLUMN_VANTAGE; c <= COLUMN_VANTAGE; c++)
        metric_set(&r.columns[c].metrics[row], 1, 1, &ns);
    result_write(&r, path);
    result_free(&r);
}

static uint64_t sample_of(const struct documents *d, enum column_id column, enum row_id row)
{
    return d->all.columns[column].metrics[row].sample[0];
}

static void domu_document_make(const char *path, uint64_t ns)
{
    static struct result r;
    memset(&r, 0, sizeof r);
    r.date = text("2026-02-01T00:00:00Z");
    const enum column_id asked[] = {COLUMN_NATIVE, COLUMN_VANTAGE_DOMU, COLUMN_XEN_DOMU};
    for (int i = 0; i < 3; i++) {
        uint64_t value = ns * (i + 1);
        r.columns[asked[i]].asked = true;
        metric_set(&r.columns[asked[i]].metrics[ROW_stat], 1, 1, &value);
    }
    result_write(&r, path);
    result_free(&r);
}

/* The section of these documents as one string, to free. */
static char *domu_section(const char *const paths[])
{
    static struct study s;
    char *said = NULL;
    size_t length = 0;
    memset(&s, 0, sizeof s);
    FILE *out = open_memstream(&said, &length);
    documents_read(&s.documents, paths);
    write_domu(out, &s);
    fclose(out);
    documents_free(&s.documents);
    return said;
}

static void test_domu_section(void)
{
    char *plain = text("%s/plain.json", folder), *domu = text("%s/domu.json", folder);
    document_make(plain, "2026-03-01", "i", ROW_stat, true, 100);
    domu_document_make(domu, 1000);
    char *without = domu_section((const char *const[]){plain, NULL});
    char *with = domu_section((const char *const[]){plain, domu, NULL});
    ok(!*without, "no section on domUs without their columns");
    ok(strstr(with, "`stat` | us | 1.000 | 2.000 | 2.00 | 3.000 | 3.00 | 0.67 |"),
       "a domU is compared with native of its own document [domu.one]");
    char *all[] = {plain, domu, without, with};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void test_documents_as_one(void)
{
    struct documents d;
    char *old = text("%s/old.json", folder), *new = text("%s/new.json", folder),
         *other = text("%s/other.json", folder), *pattern = text("%s/o*.json", folder);
    document_make(old, "2026-01-01", "i", ROW_stat, true, 100);
    document_make(new, "2026-01-02", "i", ROW_stat, false, 200);
    document_make(other, "2025-01-01", "j", ROW_null_call, true, 300);
    ok(documents_read(&d, (const char *const[]){old, new, pattern, NULL}) == 0 && d.n == 3,
       "each document is read once");
    ok(sample_of(&d, COLUMN_VANTAGE, ROW_stat) == 200 && sample_of(&d, COLUMN_VANTAGE, ROW_null_call) == 300,
       "a row comes from the newest document that has it [documents.newest]");
    ok(sample_of(&d, COLUMN_NATIVE, ROW_stat) == 100,
       "a column that one has not comes from an older one of the same machine [documents.same]");
    documents_free(&d);
    document_make(old, "2026-01-01", "j", ROW_stat, true, 100);
    ok(documents_read(&d, (const char *const[]){old, new, NULL}) == 0 &&
           sample_of(&d, COLUMN_NATIVE, ROW_stat) == 100 && sample_of(&d, COLUMN_VANTAGE, ROW_stat) == 100,
       "but not from one of another machine: then the older has the row [documents.newest]");
    documents_free(&d);
    ok(documents_read(&d, (const char *const[]){new, NULL}) == 0 &&
           sample_of(&d, COLUMN_VANTAGE, ROW_stat) == 200 &&
           !metric_is_there(&d.all.columns[COLUMN_NATIVE].metrics[ROW_stat]),
       "what cannot be compared is there when nothing else is [documents.newest]");
    documents_free(&d);
    unlink(new);
    ok(documents_read(&d, (const char *const[]){old, new, NULL}) != 0, "a document that is named must be there");
    char *all[] = {old, new, other, pattern};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* ---- QEMU's command line ---- */

static void test_machine(void)
{
    struct machine m = {.qemu = "qemu", .build = "a,b"};
    char **argv = machine_argv(&m, COLUMN_VANTAGE, &(struct launch){.kind = LAUNCH_TOGETHER, .what = "stat+null_call"}), **arg = argv;
    while (*arg && strcmp(*arg, "-initrd"))
        arg++;
    ok(*arg && !strcmp(arg[1], "a,,b/guests/vmlinuz console=hvc0 panic=-1 nokaslr norandmaps "
                               "vtg.run=bench:stat+null_call,a,,b/guests/initrd.gz"),
       "boot modules: commas of file names are doubled, the separator is not");
    machine_argv_free(argv);
    argv = machine_argv(&m, COLUMN_XEN_DOMU, &(struct launch){.kind = LAUNCH_SAVED, .what = "nothing"}), arg = argv;
    while (*arg && strcmp(*arg, "-initrd"))
        arg++;
    ok(*arg && !strcmp(arg[1], "a,,b/guests/vmlinuz console=hvc0 panic=-1 nokaslr norandmaps "
                               "vtg.run=script vtg.domu=choice,a,,b/guests/domu-bench.gz"),
       "a domU's column boots the control domain that makes it");
    machine_argv_free(argv);
    m.suite = SUITE_hyper;
    ok(!machine_has(&m, COLUMN_XEN_DOMU) && !column_runs_unasked(COLUMN_XEN_DOMU),
       "a suite without that image has no such column, and no run has it unasked");
    argv = machine_argv(&m, COLUMN_TRACED, &(struct launch){.kind = LAUNCH_SAVED, .what = "nothing", .trace = "a,b.vtr"});
    bool has_file = false, has_port = false;
    for (arg = argv; *arg; arg++) {
        has_file |= !strcmp(*arg, "file,id=trace,path=a,,b.vtr");
        has_port |= !strncmp(*arg, "isa-debugcon,", 13);
    }
    ok(has_file && has_port, "a traced machine has a port for its rings, and a file behind it");
    machine_argv_free(argv);
    m.suite = SUITE_quick;
    char *why = machine_missing(&m, COLUMN_VANTAGE);
    ok(why && strstr(why, "a,b/vantage is not there; run make"), "a missing file is named");
    free(why);
}

/* ---- the host's clock ---- */

/* ---- events of libpfm4 ---- */

/* Is the name what the kernel calls type and config, counted in user or in kernel mode or in both? */
static bool is_event(const char *name, unsigned type, uint64_t config, bool in_user, bool in_kernel)
{
    struct perf_event_attr attr;
    char *why;
    if (!pmu_encode(name, PFM_PLM0 | PFM_PLM3, &attr, &why)) {
        free(why);
        return false;
    }
    return attr.type == type && attr.config == config && attr.exclude_user == !in_user &&
           attr.exclude_kernel == !in_kernel;
}

static void test_events(void)
{
    struct perf_event_attr attr;
    char *why = NULL;
    ok(is_event("INSTRUCTIONS", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, true, true) &&
           is_event("PERF_COUNT_HW_CPU_CYCLES", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, true, true) &&
           is_event("task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, true, true),
       "libpfm4's names are the kernel's events, whatever this machine can count");
    ok(is_event("INSTRUCTIONS:u", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, true, false) &&
           is_event("CYCLES:k", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false, true),
       "a name may say the privilege level");
    ok(!pmu_encode("no-such-event", PFM_PLM3, &attr, &why) && strstr(why, "libpfm4 does not know it"),
       "another name is refused with a reason");
    free(why);
}

static void test_wall_document(void)
{
    struct wall written = {.commit = (char *)"c", .host = (char *)"h", .rounds = 5}, taken = {0};
    char *bytes = NULL;
    size_t length;
    written.rows[ROW_stat].column[COLUMN_VANTAGE] = (struct estimate){5, 2, 3, 4};
    written.rows[ROW_stat].column[COLUMN_XEN] = (struct estimate){5, 1, 1.5, 2};
    written.rows[ROW_stat].column[COLUMN_XEN_FAST] = (struct estimate){4, 5, 6, 7};
    FILE *out = open_memstream(&bytes, &length);
    wall_json(out, &written);
    fclose(out);
    json_t *root = json_loads(bytes, 0, NULL);
    ok(!wall_take(&taken, root) && taken.rounds == 5 && !strcmp(taken.commit, "c") &&
           !memcmp(taken.rows[ROW_stat].column, written.rows[ROW_stat].column, sizeof taken.rows[0].column),
       "a run by the host's clock is read as it was written");
    ok(taken.rows[ROW_stat].verdict == WALL_NOT_APART && !wall_is_slower(&taken) &&
           taken.rows[ROW_open_close].verdict == WALL_MISSING,
       "its verdicts are made of the intervals");
    wall_free(&taken);
    json_object_set_new(root, "schema", json_string("vbench-result/1"));
    ok(wall_take(&taken, root) == -EINVAL, "a document of another kind is refused");
    json_decref(root);
    free(bytes);
}

static void test_wall(void)
{
    double few[] = {9, 1, 3, 5}, many[100];
    for (int i = 0; i < 100; i++)
        many[i] = 100 - i;
    struct estimate a = estimate_of(few, 4), b = estimate_of(many, 100), none = {0}, above = {3, 9.5, 10, 11};
    ok(a.n == 4 && a.low == 1 && a.median == 4 && a.high == 9, "four unsorted samples say no more than that the median is among them");
    ok(b.low == 38 && b.median == 50.5 && b.high == 63, "of a hundred, the 38th and the 63rd bound it");
    ok(wall_verdict(&a, &above) == WALL_FASTER && wall_verdict(&above, &a) == WALL_SLOWER &&
           wall_verdict(&a, &a) == WALL_NOT_APART && wall_verdict(&a, &none) == WALL_MISSING,
       "faster, slower, not told apart while intervals overlap, none without both");
    struct metric twice = {.iters = 10, .n = 30}, once = {.iters = 10, .n = 7};
    metric_add(&once, &(struct metric){.iters = 10, .n = 7, .sample = {5}});
    metric_add(&twice, &once);
    ok(once.n == 14 && once.sample[7] == 5 && twice.n == SAMPLES_MAX, "samples of one machine add up, as far as there is room");
    struct machine m = {.qemu = "qemu", .build = "b", .wall = true};
    char **argv = machine_argv(&m, COLUMN_XEN, &(struct launch){.kind = LAUNCH_TOGETHER, .what = "stat"});
    bool is_exact = false, is_multi = false;
    for (char **arg = argv; *arg; arg++) {
        is_exact |= !strcmp(*arg, "-icount");
        is_multi |= !strcmp(*arg, "tcg,thread=multi");
    }
    ok(is_multi && !is_exact, "a machine by the host's clock has no instruction clock");
    machine_argv_free(argv);
}

int main(void)
{
    char template[] = "/tmp/vbench-test.XXXXXX";
    folder = mkdtemp(template);
    test_suite();
    test_samples();
    test_lines();
    test_noise();
    test_gate();
    test_environment();
    test_tables();
    test_report();
    test_documents_as_one();
    test_domu_section();
    test_machine();
    test_events();
    test_wall();
    test_wall_document();
    test_documents();
    printf("1..%u\n", tests);
    char *clean = text("rm -rf '%s'", folder);
    int rc = system(clean);
    free(clean);
    return failures || rc;
}
