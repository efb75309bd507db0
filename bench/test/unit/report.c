/* SPDX-License-Identifier: BSD-2-Clause */
/* The report, and its section on domUs. */
#include "bench/vbench/report.h"
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"
#include "bench/vbench/report_domu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void test_page(void)
{
    struct study *s = study_make();
    char *plots = text("%s/plots/x", folder), *page = text("%s/BENCHMARKS.md", folder);
    char *script = text("cp plots/*.gp '%s/plots/'", folder),
         *svg = text("%s/plots/ratios.svg", folder);
    check(parents_make(plots) == 0 && system(script) == 0 && report_write(s, folder) == 0 &&
              access(page, R_OK) == 0 && access(svg, R_OK) == 0,
          "a report: page and picture");
    char *first = file_sha256(page), *drawn = file_sha256(svg);
    report_write(s, folder);
    char *again = file_sha256(page), *drawn_again = file_sha256(svg);
    check(first && drawn && !strcmp(first, again) && !strcmp(drawn, drawn_again),
          "the same documents give the same bytes");
    strings_free((char *[]){plots, page, script, svg, first, drawn, again, drawn_again}, 8);
    study_free(s);
}

/* Writes a document with one row natively and, two and three times as long, in both domUs. */
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
    check(!*without, "no section on domUs without their columns");
    check(strstr(with, "`stat` | us | 1.000 | 2.000 | 2.00 | 3.000 | 3.00 | 0.67 |"),
          "a domU is compared with native of its own document [domu.one]");
    strings_free((char *[]){plain, domu, without, with}, 4);
}

void test_report(void)
{
    test_page();
    test_domu_section();
}
