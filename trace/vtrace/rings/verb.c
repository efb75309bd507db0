/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace rings: the I/O rings of split drivers, and the event channels they notify each other through. */
#include "trace/vtrace/filter.h"
#include "trace/vtrace/ports.h"
#include "trace/vtrace/rings/rings.h"

/* The options choose samples and uses of ports; what else happened is needed to understand those. */
static void collect(const struct trace *t, const struct options *o, struct io_rings *rings, struct ports *ports)
{
    struct filter *f = filter_make(t, o);
    struct cursor *c = cursor_new(t);
    struct record r;

    while (cursor_next(c, &r)) {
        bool is_wanted = filter_passes(f, &r);

        io_rings_record(rings, &r, is_wanted);
        if (is_wanted)
            ports_record(ports, t, &r);
    }
    cursor_free(c);
    filter_free(f);
}

int verb_rings(const struct options *o)
{
    struct trace *t = trace_of(o->paths[0]);
    struct io_rings *rings = io_rings_new(t);
    struct ports *ports = ports_new();
    int status;

    collect(t, o, rings, ports);
    if (option_given(o, 'j'))
        json_print(json_pack("{s:o,s:o,s:o}", "completeness", json_completeness(t), "rings", rings_json(t, rings),
                             "ports", ports_json(ports)), false);
    else {
        print_completeness(stdout, t);
        rings_print(t, rings);
        ports_print(ports);
    }
    io_rings_free(rings);
    ports_free(ports);
    status = exit_status(t);
    trace_close(t);
    return status;
}
