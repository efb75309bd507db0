/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/vbench/study.h"
#include "bench/vbench/host.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAPER_DIR "results/paper"
#define GOALS     "results/targets.json"
#define REMAINING "results/remaining.json"
#define BREAKDOWN "results/breakdown.json"
#define SCALE     "results/scale.json"
#define BASELINE  "results/baseline/quick.txt"
#define WALL      "results/wall.json"

json_t *optional_read(const char *path)
{
    json_error_t error;
    if (access(path, F_OK))
        return NULL;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        complain("%s is left out: %s", path, error.text);
    return root;
}

static void remaining_read(struct study *s)
{
    json_t *root = optional_read(REMAINING), *one;
    const char *name;
    s->has_remaining = root != NULL;
    json_object_foreach(root, name, one)
    {
        int row = row_find(name);
        if (row != ROW_NONE && json_is_string(one))
            s->remaining[row] = text("%s", json_string_value(one));
    }
    json_decref(root);
}

static void parts_take(struct parts parts[ROWS], json_t *rows)
{
    const char *name;
    json_t *one;
    json_object_foreach(rows, name, one)
    {
        int row = row_find(name);
        if (row == ROW_NONE)
            continue;
        parts[row].user = json_number_value(json_object_get(one, "user"));
        parts[row].kernel = json_number_value(json_object_get(one, "kernel"));
        parts[row].hypervisor = json_number_value(json_object_get(one, "hypervisor"));
    }
}

static void breakdown_read(struct study *s)
{
    json_t *root = optional_read(BREAKDOWN), *rows;
    const char *name, *commit = json_string_value(json_object_get(root, "commit"));
    if (commit)
        s->parts_commit = text("%s", commit);
    json_object_foreach(json_object_get(root, "columns"), name, rows)
    {
        int column = column_find(name);
        if (column >= 0)
            parts_take(s->parts[column], rows);
    }
    json_decref(root);
}

/* ---- many domains ---- */

enum { PAPER_CPUS = 2 }; /* of its Figure 6, which is over what one does on one of them */

static double curve_at(json_t *curve, size_t at)
{
    json_t *value = json_array_get(curve, at);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void paper_scale_take(struct scale_point *point, json_t *paper, unsigned at)
{
    static const char *const names[SCALE_CURVES] = {
        [SCALE_PAPER_LINUX] = "Linux",
        [SCALE_PAPER_50] = "XenoLinux (50 ms slice)",
        [SCALE_PAPER_5] = "XenoLinux (5 ms slice)"};
    json_t *rows = json_object_get(paper, "rows");
    const int cpus = point->domains < PAPER_CPUS ? (int)point->domains : PAPER_CPUS;
    for (int c = SCALE_PAPER_LINUX; c < SCALE_CURVES; c++)
        point->throughput[c] = curve_at(json_object_get(rows, names[c]), at) / cpus;
}

static void scale_read(struct study *s)
{
    json_t *root = optional_read(SCALE), *paper = optional_read(PAPER_DIR "/figure6.json");
    json_t *domains = json_object_get(root, "domains"), *ms = json_object_get(root, "ms");
    const char *commit = json_string_value(json_object_get(root, "commit"));
    if (commit)
        s->scale_commit = text("%s", commit);
    for (unsigned i = 0; i < json_array_size(domains) && i < SCALE_POINTS; i++) {
        json_t *five = json_object_get(ms, "5"), *fifty = json_object_get(ms, "50");
        s->scale[i].domains = json_integer_value(json_array_get(domains, i));
        s->scale[i].throughput[SCALE_VANTAGE_5] = curve_at(five, 0) / curve_at(five, i);
        s->scale[i].throughput[SCALE_VANTAGE_50] = curve_at(fifty, 0) / curve_at(fifty, i);
        paper_scale_take(&s->scale[i], paper, i);
    }
    json_decref(root);
    json_decref(paper);
}

static void wall_read(struct study *s)
{
    json_t *root = optional_read(WALL);
    if (root && wall_take(&s->wall, root))
        complain("%s is left out: it is not a vbench-wall/1", WALL);
    json_decref(root);
}

static void instances_read(struct study *s, unsigned figure)
{
    char *ours = text("results/figure%u.json", figure), *papers = text(PAPER_DIR "/figure%u.json", figure);
    json_t *root = optional_read(ours), *paper = optional_read(papers);
    if (root && instances_take(&s->instances, figure, root))
        complain("%s is left out: it is not a vbench-instances/1", ours);
    instances_take_paper(&s->instances, figure, paper);
    json_decref(root);
    json_decref(paper);
    free(ours);
    free(papers);
}

static void gate_read(struct study *s)
{
    if (access(BASELINE, F_OK))
        baseline_clear(&s->gate);
    else
        baseline_read(&s->gate, BASELINE);
}

int study_read(struct study *s, const char *const patterns[])
{
    memset(s, 0, sizeof *s);
    int rc = documents_read(&s->documents, patterns);
    if (rc)
        return rc;
    documents_read(&s->history, (const char *const[]){DOCUMENTS_KEPT, NULL});
    paper_read(&s->paper, PAPER_DIR);
    goals_read(&s->paper, GOALS);
    remaining_read(s);
    breakdown_read(s);
    scale_read(s);
    wall_read(s);
    gate_read(s);
    instances_read(s, 4);
    instances_read(s, 5);
    return 0;
}

void study_free(struct study *s)
{
    documents_free(&s->documents);
    baseline_free(&s->gate);
    documents_free(&s->history);
    for (int i = 0; i < ROWS; i++)
        free(s->remaining[i]);
    free(s->parts_commit);
    free(s->scale_commit);
    wall_free(&s->wall);
    instances_free(&s->instances);
    memset(s, 0, sizeof *s);
}

bool has_parts(const struct study *s, enum column_id column, enum row_id row)
{
    const struct parts *p = &s->parts[column][row];
    return p->user + p->kernel + p->hypervisor > 0;
}
