/* SPDX-License-Identifier: BSD-2-Clause */
/* Scales against 128-bit arithmetic, frequencies from readings, the calendar against the C library.
 * Proves [clock.scale]. */
#include "ci/tap.h"
#include "x86/time.h"

#include <stdlib.h>
#include <time.h>

static void scales(void)
{
    static const uint64_t rates[] = {1000, 32768, 999999999, 1000000000, 1000000001, 2394374000,
                                     3600000000, 4294967295, 4294967296, 10000000000, 1000000000000};
    int bad_mul = 0, bad_ns = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
        struct clock_scale s = scale_of(rates[i]);
        uint64_t hour = scale_apply(s, rates[i] * 3600), exact = 3600 * NS_PER_S;

        bad_mul += !(s.mul >> 31);
        bad_ns += hour > exact || exact - hour > exact / (1u << 30);
    }
    check(!bad_mul, "mul has its top bit for every rate");
    check(!bad_ns, "an hour is an hour within 1 in 2^30, never more");
    struct clock_scale s = scale_of(NS_PER_S);
    check(s.mul == 0x80000000 && s.shift == 1, "1 GHz is one nanosecond a tick");
    check(scale_apply(s, 1ull << 62) == 1ull << 62, "also after 146 years");
}

static uint64_t random64(void)
{
    return (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand();
}

static void inverse(void)
{
    int early = 0, far = 0;

    for (int i = 0; i < 200000; i++) {
        uint64_t hz = 1000000 + random64() % 5000000000, ns = random64() % (1ull << 40);
        unsigned __int128 exact = (unsigned __int128)ns * hz;
        uint64_t ticks = ticks_of(hz, ns);

        early += (unsigned __int128)ticks * NS_PER_S < exact;
        far += ticks && (unsigned __int128)(ticks - 1) * NS_PER_S >= exact;
    }
    check(!early, "a deadline's ticks never fall short");
    check(!far, "nor are they one too many");
    check(ticks_of(5000000000, 1ull << 60) > 0, "36 years at 5 GHz do not overflow");
}

static struct reading at(uint64_t tsc, uint64_t error, uint64_t reference)
{
    return (struct reading){.tsc = tsc, .error = error, .reference = reference};
}

static void frequencies(void)
{
    struct reading a = at(5000, 15, 100), b;
    uint64_t error;

    /* 3,580 ticks of the PM timer are 1,000,127.1 ns. */
    b = at(5000 + 1000127, 15, 3680);
    check(frequency(&a, &b, 3579545, &error) == 1000000000, "1 GHz within the error is 1 GHz");
    b = at(5000 + 1000127 * 2 + 500, 15, 3680);
    check(frequency(&a, &b, 3579545, &error) % 1000000, "2000.5 MHz is not rounded");
    a.error = b.error = 100000;
    frequency(&a, &b, 3579545, &error);
    check(error > 100000000, "a bad reading says so");
    b = at(5000 + 1000127 + 40, 100000, 3680);
    check(frequency(&a, &b, 3579545, &error) != 1000000000, "and is not rounded");
}

static uint8_t bcd(int v)
{
    return (uint8_t)(v / 10 << 4 | v % 10);
}

static struct rtc_registers registers_of(time_t t, bool is_binary, bool is_24h, bool has_century)
{
    struct tm tm;
    gmtime_r(&t, &tm);
    int hour = is_24h ? tm.tm_hour : (tm.tm_hour + 11) % 12 + 1;
    int year = tm.tm_year + 1900;
#define CODE(v) (is_binary ? (uint8_t)(v) : bcd(v))
    return (struct rtc_registers){
        .second = CODE(tm.tm_sec), .minute = CODE(tm.tm_min),
        .hour = (uint8_t)(CODE(hour) | (!is_24h && tm.tm_hour >= 12 ? 0x80 : 0)),
        .day = CODE(tm.tm_mday), .month = CODE(tm.tm_mon + 1), .year = CODE(year % 100),
        .century = has_century ? CODE(year / 100) : 0,
        .status_b = (uint8_t)((is_binary ? 4 : 0) | (is_24h ? 2 : 0)),
    };
}

static void calendar(void)
{
    int wrong = 0;

    for (time_t t = 0; t < 3155760000; t += 86400 * 3 / 2 + 3607) /* to 2069 */
        for (int form = 0; form < 8; form++) {
            struct rtc_registers r = registers_of(t, form & 1, form & 2, form & 4);

            wrong += rtc_seconds(&r) != (uint64_t)t;
        }
    printf("# %d wrong\n", wrong);
    check(!wrong, "every form of every date from 1970 to 2069");
    struct rtc_registers r = registers_of(4107542399, false, true, true);
    check(rtc_seconds(&r) == 4107542399, "2100-02-28 and no 29th");
    int survived = 0;
    for (int i = 0; i < 100000; i++) {
        for (unsigned k = 0; k < sizeof(r); k++)
            ((uint8_t *)&r)[k] = (uint8_t)rand();
        survived += rtc_seconds(&r) < 1ull << 40;
    }
    check(survived == 100000, "a clock with rubbish in it gives some date, not a trap");
}

int main(void)
{
    srand(1);
    scales();
    inverse();
    frequencies();
    calendar();
    return check_end();
}
