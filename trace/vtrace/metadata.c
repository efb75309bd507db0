/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of CTF metadata, derived from a trace's schema. */
#include "trace/vtrace/metadata.h"

#include <inttypes.h>
#include <string.h>

static const uint8_t *uuid_of(const struct trace *t)
{
    static const uint8_t none[16];

    for (size_t i = 0; i < t->ring_count; i++)
        if (t->rings[i].count)
            return t->rings[i].packets[0].header->uuid;
    return none;
}

static void put_trace(FILE *f, const struct trace *t)
{
    const uint8_t *u = uuid_of(t);

    fputs("/* CTF 1.8 */\n", f);
    for (unsigned bits = 8; bits <= 64; bits *= 2) {
        fprintf(f, "typealias integer { size = %u; align = %u; signed = false; } := u%u;\n", bits, bits,
                bits);
        fprintf(f, "typealias integer { size = %u; align = %u; signed = true; } := s%u;\n", bits, bits,
                bits);
        fprintf(f, "typealias integer { size = %u; align = %u; signed = false; base = 16; } := x%u;\n",
                bits, bits, bits);
    }
    fputs("typealias integer { size = 8; align = 8; signed = false; encoding = UTF8; } := char;\n", f);
    fputs("trace {\n    major = 1;\n    minor = 8;\n    byte_order = le;\n    uuid = \"", f);
    for (unsigned i = 0; i < 16; i++)
        fprintf(f, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", u[i]);
    fputs("\";\n    packet.header := struct { u32 magic; u8 uuid[16]; u32 stream_id; };\n};\n", f);
    fprintf(f, "env {\n    domain = \"hypervisor\";\n    tracer_name = \"vantage\";\n    boot_id = %u;\n};\n",
            t->header.boot_id);
}

/* The clock counts ticks since the TSC was 0; its offset is when that was: whole seconds, and ticks. */
static void put_clock(FILE *f, const struct trace *t)
{
    const int64_t second = 1000000000;
    __int128 zero = t->header.wall_at_boot - (__int128)t->header.tsc_at_boot * second / t->header.tsc_hz;
    __int128 seconds = zero / second - (zero % second < 0);
    __int128 ticks = (zero - seconds * second) * t->header.tsc_hz / second;

    if (seconds < INT64_MIN || seconds > INT64_MAX) /* a damaged header: no time at all */
        seconds = 0;
    fprintf(f, "clock {\n    name = tsc;\n    description = \"time stamp counter\";\n    freq = %" PRIu64
            ";\n    offset_s = %" PRId64 ";\n    offset = %" PRIu64 ";\n};\n",
            t->header.tsc_hz, (int64_t)seconds, (uint64_t)ticks);
    fputs("typealias integer { size = 64; align = 64; signed = false; map = clock.tsc.value; } := tsc64;\n"
          "typealias integer { size = 32; align = 32; signed = false; map = clock.tsc.value; } := tsc32;\n",
          f);
}

static void put_stream(FILE *f)
{
    fputs("stream {\n    id = 0;\n    packet.context := struct {\n"
          "        tsc64 timestamp_begin; tsc64 timestamp_end; u64 content_size; u64 packet_size;\n"
          "        u64 packet_seq_num; u64 events_discarded; u64 first_event; u32 cpu_id;\n"
          "        u16 domain; u16 vcpu; u32 mode; u32 boot_id;\n    };\n"
          "    event.header := struct { tsc32 timestamp; u16 id; } align(64);\n"
          "    event.context := struct { u8 words; u8 flags; };\n};\n",
          f);
}

static void put_enum(FILE *f, const struct enumeration *e, const struct field *field)
{
    fprintf(f, "enum : %c%u {", field->is_signed ? 's' : 'u', field->bytes * 8);
    for (size_t i = 0; i < e->count; i++)
        fprintf(f, "%s \"%s\" = %" PRId64, i ? "," : "", e->names[i].name, e->names[i].number);
    fputs(" }", f);
}

static bool is_hex(const struct field *f)
{
    return !strcmp(f->unit, "va") || !strcmp(f->unit, "hex") || !strcmp(f->unit, "machine") ||
           !strcmp(f->unit, "mfn");
}

static bool is_text(const struct field *f)
{
    return !strcmp(f->unit, "text");
}

/* Field names get an underscore, which readers take off: none is a key word then. */
static void put_event(FILE *f, const struct schema *s, const struct event *e)
{
    fprintf(f, "event {\n    id = %u;\n    name = \"%s\";\n    stream_id = 0;\n    fields := struct {\n",
            e->number, e->name);
    for (unsigned i = 0; i < e->field_count; i++) {
        const struct field *field = &e->fields[i];

        fputs("        ", f);
        if (field->enumeration >= 0)
            put_enum(f, &s->enums[field->enumeration], field);
        else if (is_text(field))
            fputs("char", f);
        else
            fprintf(f, "%c%u", field->is_signed ? 's' : is_hex(field) ? 'x' : 'u', field->bytes * 8);
        fprintf(f, " _%s%s;\n", field->name, is_text(field) ? "[8]" : "");
    }
    fputs("    };\n};\n", f);
}

/* The schema's own text, line by line, behind what derives from it: `vtrace merge` reads it. */
static void put_schema(FILE *f, const char *text)
{
    fprintf(f, "%s\n%s%s\n", CTF_SCHEMA_BEGIN, text, CTF_SCHEMA_END);
}

void ctf_metadata(FILE *f, const struct trace *t, const char *schema)
{
    put_trace(f, t);
    put_clock(f, t);
    put_stream(f);
    for (size_t i = 0; i < t->schema.event_count; i++)
        put_event(f, &t->schema, &t->schema.events[i]);
    if (schema)
        put_schema(f, schema);
}
