/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints docs/EVENTS.md from events.def. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/each.h"

#define FIELD(type, name, unit, meaning) {#type, #name, #unit, meaning},
#define EVENT(number, name, class, kind, meaning, ...)                                             \
    {#number, #name, #class, #kind, meaning, {EACH(FIELD, __VA_ARGS__)}},
static const struct event {
    const char *number, *name, *class, *kind, *meaning;
    struct field {
        const char *type, *name, *unit, *meaning;
    } fields[8];
} events[] = {
#include "trace/events.def"
};

static const struct {
    const char *of, *number, *name;
} names[] = {
#define NAME(of, number, name) {#of, #number, #name},
#include "trace/enums.def"
};

static const struct {
    const char *name, *unit;
    unsigned rows;
    const char *of, *meaning;
} histograms[] = {
#define HISTOGRAM(name, unit, rows, of, meaning) {#name, #unit, rows, #of, meaning},
#include "trace/histograms.def"
};

#undef EVENT

/* [event.fixed] A number is one event's: two of the same do not compile. */
static const char *name_of(unsigned number)
{
    switch (number) {
#define EVENT(number, name, ...)                                                                   \
    case number:                                                                                   \
        return #name;
#include "trace/events.def"
    }
    return NULL;
}

static void print_event(const struct event *e)
{
    printf("\n### %s `%s`\n\n%s. Class %s%s.\n\n| field | type | unit | meaning |\n|---|---|---|---|\n",
           name_of((unsigned)strtoul(e->number, NULL, 0)), e->number, e->meaning, e->class, strcmp(e->kind, "SPAN") ? "" : ", span");
    for (const struct field *f = e->fields; f < e->fields + 8 && f->name; f++)
        printf("| %s | %s | %s | %s |\n", f->name, f->type, f->unit, f->meaning);
}

int main(void)
{
    puts("# Events\n\nGenerated from [trace/events.def](../trace/events.def); do not edit. A record is 8 bytes (low half "
         "of the TSC,\nevent, length, flags) and its fields, laid out like a C struct. `dur` is 32 bits wide. "
         "`vtrace list FILE` shows the\nsame for a trace, from the schema it carries.");
    for (unsigned i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (!i || strcmp(events[i].class, events[i - 1].class))
            printf("\n## %s\n", events[i].class);
        print_event(&events[i]);
    }
    puts("\n## Histograms\n\nCounted always, whether anything is recorded or not; `vtrace hist --live` shows them, and "
         "`vtrace hist --always FILE`.\n\n| histogram | unit | for each | meaning |\n|---|---|---|---|");
    for (unsigned i = 0; i < sizeof(histograms) / sizeof(histograms[0]); i++)
        printf("| %s | %s | %s | %s |\n", histograms[i].name, histograms[i].unit,
               histograms[i].rows > 1 ? histograms[i].of : "", histograms[i].meaning);
    puts("\n## Named numbers\n\n| enumeration | number | name |\n|---|---|---|");
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        printf("| %s | %s | %s |\n", names[i].of, names[i].number, names[i].name);
    return 0;
}
