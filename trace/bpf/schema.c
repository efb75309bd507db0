/* SPDX-License-Identifier: BSD-2-Clause */
/* guest.def as the text that a trace carries (trace/schema.h). */
#include "trace/schema.h"

extern const char guest_schema[];

#define SCHEMA_SYSCALL(number, name) SCHEMA_NAME(syscall, number, name)

const char guest_schema[] =
#define NAME(of, number, name) SCHEMA_NAME(of, number, name)
    NAME(lazy_mode, 0, none)
    NAME(lazy_mode, 1, mmu)
    NAME(lazy_mode, 2, cpu)
    NAME(span_kind, 0x4001, syscall)
    NAME(span_kind, 0x4002, mm_fault)
    NAME(block_op, 0, read)
    NAME(block_op, 1, write)
    NAME(block_op, 2, flush)
    NAME(block_op, 3, discard)
    NAME(block_op, 9, write_zeroes)
#define FRONT(number, function) NAME(front_function, number, function)
#include "trace/bpf/front.def"
#include "build/trace/bpf/syscalls.def"
#define EVENT SCHEMA_EVENT
#include "trace/bpf/guest.def"
    ;
