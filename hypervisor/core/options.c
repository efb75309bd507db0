/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the command line: options.def says which option is read by which function. */
#include "core/options.h"
#include "core/guests.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "sched/sched.h"
#include "x86/machine.h"

struct options options = {.max_cpus = MAX_CPUS};

struct option {
    const char *name;
    bool (*read)(const char *value); /* false: the value is not understood */
};

bool option_size(const char *s, uint64_t *bytes)
{
    uint64_t n = 0;
    unsigned shift = 0;

    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9'; s++) {
        if (n > 1ull << 50)
            return false;
        n = n * 10 + (unsigned)(*s - '0');
    }
    if (*s == 'K' || *s == 'k')
        shift = 10;
    else if (*s == 'M' || *s == 'm')
        shift = 20;
    else if (*s == 'G' || *s == 'g')
        shift = 30;
    *bytes = n << shift;
    return !s[shift ? 1 : 0];
}

static bool read_console(const char *v)
{
    return !console_select(v);
}

static bool read_com1(const char *v)
{
    return !console_configure(0, v);
}

static bool read_com2(const char *v)
{
    return !console_configure(1, v);
}

/* dom0_mem=1024M or dom0_mem=1024M,max:1024M: the first figure counts. */
static bool read_dom0_mem(const char *v)
{
    char first[32];
    const char *comma = strchr(v, ',');
    size_t n = comma ? (size_t)(comma - v) : strlen(v);

    if (n >= sizeof(first))
        return false;
    memcpy(first, v, n);
    first[n] = 0;
    return option_size(first, &options.dom0_mem) && options.dom0_mem;
}

static bool read_dom0_max_vcpus(const char *v)
{
    uint64_t n;

    if (!option_size(v, &n) || n < 1 || n > 32)
        return false;
    options.dom0_max_vcpus = (unsigned)n;
    return true;
}

/* maxcpus=0 means the same as nosmp, as on Xen. */
static bool read_maxcpus(const char *v)
{
    uint64_t n;

    if (!option_size(v, &n))
        return false;
    options.max_cpus = (unsigned)MAX(MIN(n, MAX_CPUS), 1u);
    return true;
}

static bool read_nosmp(const char *v)
{
    options.max_cpus = 1;
    return !*v;
}

static bool read_noreboot(const char *v)
{
    options.noreboot = true;
    return !*v;
}

/* trace=hypercall,mmu,-pte_write or trace=all */
static bool read_trace(const char *v)
{
    return trace_set_read(v, &options.trace.set);
}

/* Bytes of each CPU's ring, a power of two. */
static bool read_trace_buf(const char *v)
{
    uint64_t n;

    if (!option_size(v, &n) || n & (n - 1) || n < TRACE_BUFFER_MIN || n > TRACE_BUFFER_MAX)
        return false;
    options.trace.buffer_bytes = n;
    return true;
}

static bool read_trace_mode(const char *v)
{
    options.trace.mode = strcmp(v, "drop") ? TRACE_OVERWRITE : TRACE_DROP;
    return !strcmp(v, "drop") || !strcmp(v, "overwrite");
}

static bool read_trace_out(const char *v)
{
    options.trace.out_debugcon = true;
    return !strcmp(v, "debugcon");
}

static bool read_trace_selftest(const char *v)
{
    options.trace.selftest = true;
    return !*v;
}

static bool read_sched(const char *v)
{
    return !sched_init(v);
}

/* Options of Xen's that change nothing here, so that command lines written for Xen work. */
static bool ignore(const char *v)
{
    return true;
}

static const struct option table[] = {
#define OPTION(name, read, value, meaning) {name, read},
#include "core/options.def"
};

static void read_option(char *word)
{
    char *value = strchr(word, '=');

    if (value)
        *value++ = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        if (strcmp(table[i].name, word))
            continue;
        if (!table[i].read(value ? value : ""))
            cannot_start("option %s: the value \"%s\" is not understood", word, value ? value : "");
        return;
    }
    cannot_start("unknown option \"%s\"", word);
}

void options_parse(const char *line)
{
    char word[128];

    while (*line) {
        size_t n = 0;

        for (; *line == ' '; line++)
            ;
        for (; *line && *line != ' '; line++)
            if (n < sizeof(word) - 1)
                word[n++] = *line;
        word[n] = 0;
        if (n)
            read_option(word);
    }
}
