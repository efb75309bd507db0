/* SPDX-License-Identifier: BSD-2-Clause */
/* Parses the schema's lines. The text is a trace's, so it may be anything. */
#include "trace/vtrace/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <ctype.h>

#define MAX_COLUMNS 6

static void *grow(void *array, size_t count, size_t size)
{
    if (count & (count - 1)) /* room for the next power of two is there */
        return array;
    array = realloc(array, (count ? count * 2 : 1) * size);
    if (!array)
        abort();
    return array;
}

/* [schema.word] names are what C takes as one: other programs read them out of what vtrace writes. */
static bool is_word(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_')
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_')
            return false;
    return true;
}

static bool is_number(const char *s, int64_t low, int64_t high, int64_t *to)
{
    char *end;

    errno = 0;
    *to = strtoll(s, &end, 0);
    return (isdigit((unsigned char)*s) || *s == '-') && !*end && !errno && *to >= low && *to <= high;
}

static bool add_class(struct schema *s, char **c, unsigned n)
{
    int64_t bit;

    if (n < 3 || !is_number(c[1], 0, UINT8_MAX, &bit) || !is_word(c[2]))
        return false;
    s->classes = grow(s->classes, s->class_count, sizeof(*s->classes));
    s->classes[s->class_count++] = (struct name){bit, c[2]};
    return true;
}

static struct enumeration *enum_of(struct schema *s, const char *of)
{
    for (size_t i = 0; i < s->enum_count; i++)
        if (!strcmp(s->enums[i].of, of))
            return &s->enums[i];
    s->enums = grow(s->enums, s->enum_count, sizeof(*s->enums));
    s->enums[s->enum_count] = (struct enumeration){.of = of};
    return &s->enums[s->enum_count++];
}

static bool add_name(struct schema *s, char **c, unsigned n)
{
    struct enumeration *e;
    int64_t number;

    if (n < 4 || !is_word(c[1]) || !is_number(c[2], INT64_MIN, INT64_MAX, &number) || !is_word(c[3]))
        return false;
    e = enum_of(s, c[1]);
    e->names = grow(e->names, e->count, sizeof(*e->names));
    e->names[e->count++] = (struct name){number, c[3]};
    return true;
}

static void lower(char *s)
{
    for (; *s; s++)
        *s = (char)tolower((unsigned char)*s);
}

static bool add_event(struct schema *s, char **c, unsigned n)
{
    struct event *e;
    int64_t number;

    if (n < 6 || !is_number(c[1], 0, UINT16_MAX, &number) || !is_word(c[2]) || !is_word(c[3]))
        return false;
    s->events = grow(s->events, s->event_count, sizeof(*s->events));
    e = &s->events[s->event_count++];
    lower(c[3]);
    *e = (struct event){
        .number = (uint16_t)number,
        .name = c[2],
        .class = c[3],
        .is_span = !strcasecmp(c[4], "span"),
        .meaning = c[5],
    };
    for (size_t i = 0; i < s->class_count; i++)
        if (!strcmp(s->classes[i].name, e->class))
            e->class_bits = (uint8_t)s->classes[i].number;
    return true;
}

static unsigned type_bytes(const char *type)
{
    if (!strcmp(type, "dur"))
        return 4;
    switch ((type[0] == 'u' || type[0] == 's') ? atoi(type + 1) : 0) {
    case 8:
        return 1;
    case 16:
        return 2;
    case 32:
        return 4;
    case 64:
        return 8;
    default:
        return 0;
    }
}

static bool add_field(struct schema *s, char **c, unsigned n)
{
    struct event *e = s->event_count ? &s->events[s->event_count - 1] : NULL;
    unsigned bytes = n < 5 ? 0 : type_bytes(c[1]);
    struct field *f;

    if (!e || !bytes || e->field_count == MAX_FIELDS || !is_word(c[2]) || !is_word(c[3]))
        return false;
    f = &e->fields[e->field_count++];
    *f = (struct field){
        .name = c[2],
        .unit = c[3],
        .meaning = c[4],
        .type = c[1],
        .bytes = bytes,
        .at = (e->bytes + bytes - 1) / bytes * bytes,
        .is_signed = c[1][0] == 's',
        .enumeration = -1,
    };
    e->bytes = f->at + bytes;
    for (size_t i = 0; i < s->enum_count; i++)
        if (!strcmp(s->enums[i].of, f->unit))
            f->enumeration = (int)i;
    return true;
}

static bool add_histogram(struct schema *s, char **c, unsigned n)
{
    const struct histogram_rows *last;
    int64_t rows;

    if (n < 6 || !is_word(c[1]) || !is_word(c[2]) || !is_number(c[3], 1, UINT16_MAX, &rows) || !is_word(c[4]))
        return false;
    s->histograms = grow(s->histograms, s->histogram_count, sizeof(*s->histograms));
    last = s->histogram_count ? &s->histograms[s->histogram_count - 1] : NULL;
    s->histograms[s->histogram_count++] = (struct histogram_rows){
        .name = c[1],
        .unit = c[2],
        .of = c[4],
        .meaning = c[5],
        .first = last ? last->first + last->rows : 0,
        .rows = (unsigned)rows,
    };
    return true;
}

static unsigned split(char *line, char **columns)
{
    unsigned n = 0;

    for (char *at = line; at && n < MAX_COLUMNS;)
        columns[n++] = strsep(&at, "\t");
    return n;
}

static bool add_line(struct schema *s, char *line)
{
    char *c[MAX_COLUMNS];
    unsigned n = split(line, c);

    if (strlen(c[0]) != 1)
        return false;
    switch (c[0][0]) {
    case 'V': /* a later version adds lines and columns; what is here keeps its meaning */
        return true;
    case 'C':
        return add_class(s, c, n);
    case 'N':
        return add_name(s, c, n);
    case 'E':
        return add_event(s, c, n);
    case 'F':
        return add_field(s, c, n);
    case 'H':
        return add_histogram(s, c, n);
    default:
        return isupper((unsigned char)c[0][0]);
    }
}

bool schema_parse(struct schema *s, const char *text, size_t bytes, char *why, size_t why_size)
{
    unsigned number = 0;

    *s = (struct schema){.text = strndup(text, bytes)};
    if (!s->text)
        abort();
    for (char *at = s->text, *line; (line = strsep(&at, "\n"));) {
        number++;
        if (*line && !add_line(s, line)) {
            snprintf(why, why_size, "line %u of its schema cannot be understood", number);
            schema_free(s);
            return false;
        }
    }
    return true;
}

void schema_free(struct schema *s)
{
    for (size_t i = 0; i < s->enum_count; i++)
        free(s->enums[i].names);
    free(s->enums);
    free(s->events);
    free(s->classes);
    free(s->histograms);
    free(s->text);
    *s = (struct schema){0};
}

const struct event *schema_event(const struct schema *s, uint16_t number)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i].number == number)
            return &s->events[i];
    return NULL;
}

const struct event *schema_event_named(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (!strcmp(s->events[i].name, name))
            return &s->events[i];
    return NULL;
}

bool schema_has_class(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->class_count; i++)
        if (!strcmp(s->classes[i].name, name))
            return true;
    return false;
}

const struct field *event_field(const struct event *e, const char *name)
{
    for (unsigned i = 0; i < e->field_count; i++)
        if (!strcmp(e->fields[i].name, name))
            return &e->fields[i];
    return NULL;
}

static const char *name_in(const struct enumeration *e, int64_t number)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->names[i].number == number)
            return e->names[i].name;
    return NULL;
}

const char *schema_name(const struct schema *s, const struct field *f, int64_t number)
{
    return f->enumeration < 0 ? NULL : name_in(&s->enums[f->enumeration], number);
}

const char *schema_name_of(const struct schema *s, const char *enumeration, int64_t number)
{
    for (size_t i = 0; i < s->enum_count; i++)
        if (!strcmp(s->enums[i].of, enumeration))
            return name_in(&s->enums[i], number);
    return NULL;
}

int64_t field_value(const struct field *f, const uint8_t *payload)
{
    uint64_t v = 0;
    unsigned unused = 64 - 8 * f->bytes;

    memcpy(&v, payload + f->at, f->bytes);
    return f->is_signed ? (int64_t)(v << unused) >> unused : (int64_t)v;
}
