/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema: events.def as text, so that a trace needs nothing but itself to be read. Lines, columns
 * separated by one tab:
 *
 *      C  bit   class
 *      N  enumeration  number  name
 *      E  number  name  class  kind  meaning
 *      F  type  field  unit  meaning              a field of the event above
 *      H  name  unit  rows  enumeration  meaning  a histogram that is always kept
 *
 * A lone macro, because both the hypervisor's constant and the tools' derive from it.
 */
#ifndef TRACE_SCHEMA_H
#define TRACE_SCHEMA_H

#include "trace/each.h"

#define SCHEMA_CLASSES                                                                             \
    "C\t1\thypercall\nC\t2\tmmu\nC\t4\ttrap\nC\t8\tsched\nC\t16\tevent\nC\t32\tirq\n"              \
    "C\t64\tdomain\nC\t128\tguest\nC\t255\talways\n"

#define SCHEMA_NAME(of, number, name) "N\t" #of "\t" #number "\t" #name "\n"
#define SCHEMA_HISTOGRAM(name, unit, rows, of, meaning)                                            \
    "H\t" #name "\t" #unit "\t" #rows "\t" #of "\t" meaning "\n"
#define SCHEMA_FIELD(type, name, unit, meaning) "F\t" SCHEMA_##type "\t" #name "\t" #unit "\t" meaning "\n"
#define SCHEMA_u8    "u8"
#define SCHEMA_u16   "u16"
#define SCHEMA_u32   "u32"
#define SCHEMA_u64   "u64"
#define SCHEMA_s16   "s16"
#define SCHEMA_s32   "s32"
#define SCHEMA_s64   "s64"
#define SCHEMA_dur   "dur"
#define SCHEMA_brief "dur" /* how it is made is not the reader's concern */
#define SCHEMA_EVENT(number, name, class, kind, meaning, ...)                                      \
    "E\t" #number "\t" #name "\t" #class "\t" #kind "\t" meaning "\n" EACH(SCHEMA_FIELD, __VA_ARGS__)

#endif
