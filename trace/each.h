/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the rows of events.def: EACH(m, (fields)...) is m(fields) for every field, one after the other;
 * EACH_COMMA the same with commas between. At most eight fields.
 */
#ifndef TRACE_EACH_H
#define TRACE_EACH_H

#define EACH_COUNT_(a1, a2, a3, a4, a5, a6, a7, a8, n, ...) n
#define EACH_COUNT(...)    EACH_COUNT_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define EACH_JOIN_(a, b)   a##b
#define EACH_JOIN(a, b)    EACH_JOIN_(a, b)

#define EACH(m, ...)       EACH_JOIN(EACH_, EACH_COUNT(__VA_ARGS__))(m, __VA_ARGS__)
#define EACH_1(m, f)       m f
#define EACH_2(m, f, ...)  m f EACH_1(m, __VA_ARGS__)
#define EACH_3(m, f, ...)  m f EACH_2(m, __VA_ARGS__)
#define EACH_4(m, f, ...)  m f EACH_3(m, __VA_ARGS__)
#define EACH_5(m, f, ...)  m f EACH_4(m, __VA_ARGS__)
#define EACH_6(m, f, ...)  m f EACH_5(m, __VA_ARGS__)
#define EACH_7(m, f, ...)  m f EACH_6(m, __VA_ARGS__)
#define EACH_8(m, f, ...)  m f EACH_7(m, __VA_ARGS__)

#define EACH_COMMA(m, ...)      EACH_JOIN(EACH_COMMA_, EACH_COUNT(__VA_ARGS__))(m, __VA_ARGS__)
#define EACH_COMMA_1(m, f)      m f
#define EACH_COMMA_2(m, f, ...) m f, EACH_COMMA_1(m, __VA_ARGS__)
#define EACH_COMMA_3(m, f, ...) m f, EACH_COMMA_2(m, __VA_ARGS__)
#define EACH_COMMA_4(m, f, ...) m f, EACH_COMMA_3(m, __VA_ARGS__)
#define EACH_COMMA_5(m, f, ...) m f, EACH_COMMA_4(m, __VA_ARGS__)
#define EACH_COMMA_6(m, f, ...) m f, EACH_COMMA_5(m, __VA_ARGS__)
#define EACH_COMMA_7(m, f, ...) m f, EACH_COMMA_6(m, __VA_ARGS__)
#define EACH_COMMA_8(m, f, ...) m f, EACH_COMMA_7(m, __VA_ARGS__)

#endif
