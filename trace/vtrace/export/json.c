/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace export json: Chrome's trace event format. A domain is a process, a vCPU a thread; spans are complete
 * events, the rest instants. Times are microseconds since boot.
 */
#include "trace/vtrace/export/export.h"

#include <inttypes.h>
#include <stdlib.h>

static void put_string(FILE *f, const char *s)
{
    putc('"', f);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(f, "\\u%04x", c);
        else
            putc(c, f);
    }
    putc('"', f);
}

static void put_us(FILE *f, int64_t ns)
{
    uint64_t n = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

    fprintf(f, "%s%" PRIu64 ".%03" PRIu64, ns < 0 ? "-" : "", n / 1000, n % 1000);
}

static void put_arguments(struct export *x, const struct record *r)
{
    char text[64];

    fprintf(x->out, ",\"args\":{\"cpu\":%u", r->cpu);
    for (unsigned i = 0; r->event && i < r->event->field_count; i++) {
        const struct field *f = &r->event->fields[i];

        putc(',', x->out);
        put_string(x->out, f->name);
        putc(':', x->out);
        put_string(x->out, text_field(text, sizeof(text), x->t, f, field_value(f, r->payload)));
    }
    fputs("}}", x->out);
}

/* What has been named already: one bit for each vCPU. */
struct state {
    uint8_t seen[1 << 16][32];
    bool more;
};

static void separate(struct export *x)
{
    struct state *s = x->state;

    fputs(s->more ? ",\n" : "\n", x->out);
    s->more = true;
}

static void put_name(struct export *x, const struct record *r)
{
    struct state *s = x->state;
    uint8_t *seen = &s->seen[r->domain][r->vcpu / 8 % 32], bit = (uint8_t)(1 << r->vcpu % 8);
    char who[24];

    if (*seen & bit)
        return;
    *seen |= bit;
    separate(x);
    fprintf(x->out, "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":\"%s\"}}",
            r->domain, r->vcpu, who_label(who, sizeof(who), r->domain, r->vcpu));
}

static void begin(struct export *x)
{
    x->state = must_calloc(1, sizeof(struct state));
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", x->out);
}

static void record(struct export *x, const struct record *r)
{
    uint64_t ticks = record_ticks(r);
    bool is_span = r->event && r->event->is_span;
    char label[128];

    put_name(x, r);
    separate(x);
    fputs("{\"name\":", x->out);
    put_string(x->out, record_label(label, sizeof(label), x->t, r));
    fputs(",\"cat\":", x->out);
    put_string(x->out, r->event ? r->event->class : "unknown");
    fprintf(x->out, ",\"ph\":\"%s\",\"ts\":", is_span ? "X" : "i");
    put_us(x->out, record_ns(x->t, r->tsc - ticks));
    if (is_span) {
        fputs(",\"dur\":", x->out);
        put_us(x->out, (int64_t)span_ns(x->t, ticks));
    } else
        fputs(",\"s\":\"t\"", x->out);
    fprintf(x->out, ",\"pid\":%u,\"tid\":%u", r->domain, r->vcpu);
    put_arguments(x, r);
}

static void end(struct export *x)
{
    fputs("\n]}\n", x->out);
    free(x->state);
}

const struct format format_json;
const struct format format_json = {.begin = begin, .record = record, .end = end};
