/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/json.h"
#include "trace/vtrace/symbols.h"

#include <string.h>

json_t *json_completeness(const struct trace *t)
{
    struct totals n = trace_totals(t);
    json_t *j = json_pack("{s:I,s:I,s:I,s:I,s:I,s:b,s:f,s:i}", "attempted", (json_int_t)n.attempted, "here",
                          (json_int_t)n.read, "overwritten", (json_int_t)n.overwritten, "dropped",
                          (json_int_t)n.dropped, "missing", (json_int_t)n.missing, "whole", t->is_whole,
                          "tsc_mhz", (double)t->header.tsc_hz / 1e6, "cpus", (int)t->ring_count);

    if (!t->is_whole)
        json_object_set_new(j, "cut", json_string(t->cut));
    return j;
}

static json_t *json_field(const struct trace *t, const struct field *f, int64_t v)
{
    const char *name = schema_name(&t->schema, f, v);

    if (name)
        return json_string(name);
    if (!strcmp(f->unit, "ticks"))
        return json_real(ticks_ns(t, (uint64_t)v));
    if (f->is_signed || v >= 0)
        return json_integer(v);
    return json_sprintf("0x%llx", (unsigned long long)v); /* beyond what JSON's readers take as a number */
}

/* Beside an address, as `rip_symbol`, what it is the address of. */
static void add_symbol(json_t *fields, const struct trace *t, const struct field *f, uint64_t address)
{
    uint64_t offset;
    const char *name = symbols_find(t->symbols, address, &offset);
    char key[80];

    snprintf(key, sizeof(key), "%s_symbol", f->name);
    if (name)
        json_object_set_new(fields, key, json_sprintf("%s+0x%llx", name, (unsigned long long)offset));
}

json_t *json_record(const struct trace *t, const struct record *r)
{
    json_t *fields = json_object();

    for (unsigned i = 0; r->event && i < r->event->field_count; i++) {
        const struct field *f = &r->event->fields[i];

        json_object_set_new(fields, f->name, json_field(t, f, field_value(f, r->payload)));
        if (!strcmp(f->unit, "va"))
            add_symbol(fields, t, f, (uint64_t)field_value(f, r->payload));
    }
    return json_pack("{s:f,s:i,s:i,s:i,s:i,s:s?,s:o}", "time_ns", trace_ns(t, r->tsc), "cpu", (int)r->cpu,
                     "dom", r->domain, "vcpu", r->vcpu, "number", r->number, "event",
                     r->event ? r->event->name : NULL, "fields", fields);
}

json_t *json_durations(const struct trace *t, const struct histogram *h)
{
    json_t *j = json_pack("{s:I,s:f,s:f,s:f,s:f}", "count", (json_int_t)h->count, "total_ns",
                          ticks_ns(t, h->sum), "mean_ns",
                          h->count ? ticks_ns(t, h->sum) / (double)h->count : 0, "min_ns",
                          ticks_ns(t, h->min), "max_ns", ticks_ns(t, h->max));

    for (unsigned i = 0; i < PERCENTILES; i++)
        json_object_set_new(j, percentiles[i].key,
                            json_real(ticks_ns(t, histogram_percentile(h, percentiles[i].share))));
    return j;
}

static void write_and_free(FILE *out, json_t *j, size_t flags)
{
    if (json_dumpf(j, out, flags) || putc('\n', out) < 0)
        fail("the output cannot be written");
    json_decref(j);
}

void json_print(json_t *j, bool is_line)
{
    write_and_free(stdout, j, is_line ? JSON_COMPACT : JSON_INDENT(2));
}

void json_print_line(FILE *out, json_t *j)
{
    write_and_free(out, j, JSON_COMPACT);
}

void print_outcome(FILE *out, const struct trace *t, const struct options *o)
{
    if (option_given(o, 'j'))
        json_print_line(out, json_completeness(t));
    else
        print_completeness(out, t);
}
