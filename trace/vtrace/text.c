/* SPDX-License-Identifier: BSD-2-Clause */
/* Values as people read them: times with three figures and a unit, numbers by their unit. */
#include "trace/vtrace/symbols.h"
#include "trace/vtrace/vtrace.h"

#include <inttypes.h>
#include <string.h>

const char *text_ns(char *out, size_t size, double ns)
{
    static const struct {
        double from;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    unsigned i = 0;

    while (i < 3 && ns < units[i].from * 0.9995)
        i++;
    ns /= units[i].from;
    snprintf(out, size, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, units[i].unit);
    return out;
}

const char *text_value(char *out, size_t size, const char *unit, double value)
{
    if (!strcmp(unit, "ns"))
        return text_ns(out, size, value);
    snprintf(out, size, "%.3g", value);
    return out;
}

/* An address as "0xffffffff81000012(start_kernel+0x12)" where symbols are known. */
static const char *text_address(char *out, size_t size, const struct trace *t, uint64_t address)
{
    uint64_t offset;
    const char *name = symbols_find(t->symbols, address, &offset);

    if (name)
        snprintf(out, size, "0x%" PRIx64 "(%s+0x%" PRIx64 ")", address, name, offset);
    else
        snprintf(out, size, "0x%" PRIx64, address);
    return out;
}

struct trace *trace_with_symbols(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);

    if (option_given(o, 's'))
        t->symbols = symbols_read(option_text(o, 's'));
    return t;
}

static bool is(const struct field *f, const char *unit)
{
    return !strcmp(f->unit, unit);
}

const char *text_field(char *out, size_t size, const struct trace *t, const struct field *f, int64_t v)
{
    const char *name = schema_name(&t->schema, f, v);
    char time[32];

    if (name)
        snprintf(out, size, "%s", name);
    else if (is(f, "ticks") || is(f, "ns")) {
        double ns = is(f, "ns") ? (double)(uint64_t)v : ticks_ns(t, (uint64_t)v);

        snprintf(out, size, "%s", v == -1 ? "never" : text_ns(time, sizeof(time), ns));
        for (char *space = strchr(out, ' '); space; space = strchr(out, ' '))
            memmove(space, space + 1, strlen(space));
    } else if (is(f, "domain") && v == DOMAIN_IDLE)
        snprintf(out, size, "idle");
    else if (is(f, "va"))
        text_address(out, size, t, (uint64_t)v);
    else if (is(f, "hex") || is(f, "machine") || is(f, "mfn"))
        snprintf(out, size, "0x%" PRIx64, (uint64_t)v);
    else
        snprintf(out, size, "%" PRId64, v);
    return out;
}

void print_completeness(FILE *out, const struct trace *t)
{
    struct totals n = trace_totals(t);
    uint64_t damaged = 0;

    fprintf(out, "# %" PRIu64 " events recorded on %zu CPU%s: %" PRIu64 " here, %" PRIu64
            " overwritten, %" PRIu64 " dropped, %" PRIu64 " missing; TSC %.3f MHz\n",
            n.attempted, t->ring_count, t->ring_count == 1 ? "" : "s", n.read, n.overwritten,
            n.dropped, n.missing, (double)t->header.tsc_hz / 1e6);
    if (t->boots > 1)
        fprintf(out, "# of %zu boots in the file; vtrace import -b N takes another out\n", t->boots);
    if (!t->is_whole)
        fprintf(out, "# incomplete: the file was %s\n", t->cut);
    for (size_t i = 0; i < t->ring_count; i++)
        damaged += t->rings[i].damaged;
    if (damaged)
        fprintf(out, "# damaged: %" PRIu64 " packets end in the middle of a record\n", damaged);
}

int exit_status(const struct trace *t)
{
    struct totals n = trace_totals(t);

    if (fflush(stdout))
        fail("the output cannot be written");
    return n.dropped || n.missing || !t->is_whole ? EXIT_INCOMPLETE : 0;
}
