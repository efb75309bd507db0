/* SPDX-License-Identifier: BSD-2-Clause */
/* Several documents read as one: which of them each row and each column comes from. */
#include "bench/vbench/documents.h"
#include "bench/test/unit/unit.h"
#include "bench/vbench/host.h"

#include <unistd.h>

static uint64_t sample_of(const struct documents *d, enum column_id column, enum row_id row)
{
    return d->all.columns[column].metrics[row].sample[0];
}

void test_documents(void)
{
    struct documents d;
    char *old = text("%s/old.json", folder), *new = text("%s/new.json", folder),
         *other = text("%s/other.json", folder), *pattern = text("%s/o*.json", folder);
    const char *const all[] = {old, new, pattern, NULL}, *const two[] = {old, new, NULL},
                      *const one[] = {new, NULL};
    document_make(old, "2026-01-01", "i", ROW_stat, true, 100);
    document_make(new, "2026-01-02", "i", ROW_stat, false, 200);
    document_make(other, "2025-01-01", "j", ROW_null_call, true, 300);
    check(documents_read(&d, all) == 0 && d.n == 3, "each document is read once");
    check(sample_of(&d, COLUMN_VANTAGE, ROW_stat) == 200 &&
              sample_of(&d, COLUMN_VANTAGE, ROW_null_call) == 300,
          "a row comes from the newest document that has it [documents.newest]");
    check(sample_of(&d, COLUMN_NATIVE, ROW_stat) == 100,
          "a column that one has not comes from an older one of the same machine [documents.same]");
    documents_free(&d);
    document_make(old, "2026-01-01", "j", ROW_stat, true, 100);
    check(documents_read(&d, two) == 0 && sample_of(&d, COLUMN_NATIVE, ROW_stat) == 100 &&
              sample_of(&d, COLUMN_VANTAGE, ROW_stat) == 100,
          "but not from one of another machine: then the older has the row [documents.newest]");
    documents_free(&d);
    check(documents_read(&d, one) == 0 && sample_of(&d, COLUMN_VANTAGE, ROW_stat) == 200 &&
              !metric_is_there(&d.all.columns[COLUMN_NATIVE].metrics[ROW_stat]),
          "what cannot be compared is there when nothing else is [documents.newest]");
    documents_free(&d);
    unlink(new);
    check(documents_read(&d, two) != 0, "a document that is named must be there");
    strings_free((char *[]){old, new, other, pattern}, 4);
}
