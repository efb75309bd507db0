/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic of time: no hardware, so that the host can test it. */
#ifndef X86_TIME_H
#define X86_TIME_H

#include "lib/types.h"
#include "x86/x86.h"

#define NS_PER_S 1000000000ull

/* The scale that turns ticks of `hz` (1 kHz to 1 THz) into nanoseconds; its mul has the top bit set. */
struct clock_scale scale_of(uint64_t hz);

/* ticks as nanoseconds, exactly as a guest computes it from struct vcpu_time_info. */
static inline uint64_t scale_apply(struct clock_scale s, uint64_t ticks)
{
    ticks = s.shift < 0 ? ticks >> -s.shift : ticks << s.shift;
    return (uint64_t)((unsigned __int128)ticks * s.mul >> 32);
}

/* The other way: ticks of `hz` in `ns`, rounded up. hz below 10^10, ns below 2^60. */
uint64_t ticks_of(uint64_t hz, uint64_t ns);

/* Two readings of the counter to be measured and of a reference counter, the reference having turned to
 * its value somewhere between tsc - error and tsc + error. */
struct reading {
    uint64_t tsc, error;
    uint64_t reference;
};

/* The frequency these two readings mean, in Hz; and by how much it may be wrong. A whole number of MHz
 * inside a small error is taken for the truth, for that is how crystals and emulators are made. */
uint64_t frequency(const struct reading *a, const struct reading *b, uint64_t reference_hz,
                   uint64_t *error_hz);

/* The registers of a real-time clock, as they are read. */
struct rtc_registers {
    uint8_t second, minute, hour, day, month, year, century, status_b;
};

/* Seconds since 1970 (UTC). century 0: the clock has none, and the year lies between 1970 and 2069. */
uint64_t rtc_seconds(const struct rtc_registers *r);

#endif
