/* SPDX-License-Identifier: BSD-2-Clause */
/* Scales, frequencies and the calendar. */
#include "x86/time.h"

struct clock_scale scale_of(uint64_t hz)
{
    uint64_t q = (NS_PER_S << 32) / hz, rest = (NS_PER_S << 32) % hz;
    struct clock_scale s = {.shift = 0};

    for (; q >> 32; q >>= 1)
        s.shift++;
    for (; !(q >> 31); s.shift--) { /* the next digit of the quotient */
        rest *= 2;
        q = q * 2 + (rest >= hz);
        rest -= rest >= hz ? hz : 0;
    }
    s.mul = (uint32_t)q;
    return s;
}

uint64_t ticks_of(uint64_t hz, uint64_t ns)
{
    uint64_t seconds = ns / NS_PER_S, rest = ns % NS_PER_S;

    return seconds * hz + (rest * hz + NS_PER_S - 1) / NS_PER_S;
}

#define SNAP_ERROR 20000 /* one part in so many: a larger error says nothing about the last digits */

uint64_t frequency(const struct reading *a, const struct reading *b, uint64_t reference_hz,
                   uint64_t *error_hz)
{
    uint64_t ticks = b->tsc - a->tsc, references = b->reference - a->reference;
    uint64_t hz = ticks * reference_hz / references; /* 10 ms of 10 GHz by 4 MHz stays below 2^50 */
    uint64_t round = (hz + 500000) / 1000000 * 1000000;

    *error_hz = (a->error + b->error) * reference_hz / references + 1;
    if (*error_hz > hz / SNAP_ERROR || round + *error_hz < hz || round > hz + *error_hz)
        return hz;
    return round;
}

static unsigned plain(uint8_t value, bool is_binary)
{
    return is_binary ? value : (value >> 4) * 10u + (value & 15);
}

/* Days from 1970-01-01 to a date. Years are counted from March, so that the leap day comes last. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month > 2 ? year : year - 1;
    unsigned m = month > 2 ? month - 3 : month + 9;

    return 365ull * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

uint64_t rtc_seconds(const struct rtc_registers *r)
{
    bool is_binary = r->status_b & 4, is_24h = r->status_b & 2;
    unsigned hour = plain(r->hour & 0x7f, is_binary), year = plain(r->year, is_binary);
    unsigned century = plain(r->century, is_binary);
    unsigned month = plain(r->month, is_binary), day = plain(r->day, is_binary);

    if (is_24h)
        hour = plain(r->hour, is_binary);
    else
        hour = hour % 12 + (r->hour & 0x80 ? 12 : 0);
    if (century >= 19 && century <= 29)
        year += century * 100;
    else
        year += year < 70 ? 2000 : 1900;
    if (year < 1970 || month < 1 || month > 12 || day < 1)
        return 0;
    return (days_since_1970(year, month, day) * 24 + hour) * 3600 +
           plain(r->minute, is_binary) * 60 + plain(r->second, is_binary);
}
