/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace/vtrace/filter/value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool no(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

static bool value_number(const char *text, int64_t *value, const char **why)
{
    char *end;

    errno = 0;
    *value = *text == '-' ? strtoll(text, &end, 0) : (int64_t)strtoull(text, &end, 0);
    if (errno)
        return no(why, "is too large");
    if (end == text || !isdigit((unsigned char)text[*text == '-']))
        return no(why, "is neither a number nor a name this field knows");
    if (*end)
        return no(why, "has a unit, but this field is no time");
    return true;
}

/* A number with a unit, in ns; ticks are instructions under QEMU's icount. */
static bool duration_ns(const struct trace *t, const char *text, double *ns, const char **why)
{
    const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1},      {"us", 1e3},
                 {"ms", 1e6},    {"s", 1e9},
                 {"ticks", ticks_ns(t, 1)}, {"instructions", ticks_ns(t, 1)}};
    char *end;
    double number = strtod(text, &end);

    if (end == text)
        return no(why, "is not a time such as 10us");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!strcmp(end, units[i].name)) {
            *ns = number * units[i].ns;
            return fabs(*ns) < 1e18 || no(why, "is too large");
        }
    }
    return no(why, *end ? "has a unit that is not ns, us, ms, s, ticks or instructions"
                        : "wants a unit: ns, us, ms, s, ticks or instructions");
}

bool value_time(const struct trace *t, const char *text, int64_t *value, const char **why)
{
    double ns;

    if (!duration_ns(t, text, &ns, why))
        return false;
    *value = llround(ns * (double)t->header.tsc_hz / 1e9);
    return true;
}

bool value_domain(const char *text, int64_t *value, const char **why)
{
    if (!strcmp(text, "idle")) {
        *value = DOMAIN_IDLE;
        return true;
    }
    return value_number(text, value, why);
}

/* The name of a number in the field's enumeration. */
static bool named(const struct schema *s, const struct field *f, const char *text, int64_t *value)
{
    const struct enumeration *e = f->enumeration < 0 ? NULL : &s->enums[f->enumeration];

    for (size_t i = 0; e && i < e->count; i++) {
        if (!strcmp(e->names[i].name, text)) {
            *value = e->names[i].number;
            return true;
        }
    }
    return false;
}

static int64_t all_ones(const struct field *f)
{
    return f->is_signed ? -1 : (int64_t)(~0ull >> (64 - 8 * f->bytes));
}

bool value_of_field(const struct trace *t, const struct field *f, const char *text, int64_t *value,
                    const char **why)
{
    bool is_ticks = !strcmp(f->unit, "ticks"), is_ns = !strcmp(f->unit, "ns");
    double ns;

    if (named(&t->schema, f, text, value))
        return true;
    if (!strcmp(text, "never") || !strcmp(text, "none")) {
        *value = all_ones(f);
        return true;
    }
    if (!strcmp(f->unit, "domain"))
        return value_domain(text, value, why);
    if (is_ticks)
        return value_time(t, text, value, why);
    if (is_ns && duration_ns(t, text, &ns, why)) {
        *value = llround(ns);
        return true;
    }
    return !is_ns && value_number(text, value, why) &&
           (f->is_signed || *text != '-' || no(why, "is negative, which this field never is"));
}
