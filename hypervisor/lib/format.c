/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatting into a buffer: a cursor that counts past the end but never writes there. */
#include "lib/format.h"
#include "lib/string.h"
#include "lib/types.h"

struct cursor {
    char *out;
    size_t size, at;
};

struct spec {
    unsigned width, precision, length; /* length: number of 'l' or 'z' letters */
    bool left, zero, has_precision;
};

static void put(struct cursor *c, char ch)
{
    if (c->at + 1 < c->size)
        c->out[c->at] = ch;
    c->at++;
}

static void put_field(struct cursor *c, const struct spec *s, const char *text, size_t n,
                      bool minus)
{
    unsigned used = n + minus;

    if (minus && s->zero)
        put(c, '-');
    for (unsigned i = used; !s->left && i < s->width; i++)
        put(c, s->zero ? '0' : ' ');
    if (minus && !s->zero)
        put(c, '-');
    for (size_t i = 0; i < n; i++)
        put(c, text[i]);
    for (unsigned i = used; s->left && i < s->width; i++)
        put(c, ' ');
}

static void put_number(struct cursor *c, const struct spec *s, uint64_t value, unsigned base,
                       bool minus)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    put_field(c, s, digits + at, sizeof(digits) - at, minus);
}

static const char *parse_spec(const char *p, struct spec *s, va_list *ap)
{
    *s = (struct spec){0};
    for (;; p++) {
        if (*p == '-')
            s->left = true;
        else if (*p == '0')
            s->zero = true;
        else if (*p != '#')
            break;
    }
    for (; *p >= '0' && *p <= '9'; p++)
        s->width = s->width * 10 + (*p - '0');
    if (*p == '.') {
        s->has_precision = true;
        if (*++p == '*') {
            s->precision = va_arg(*ap, int);
            p++;
        }
        for (; *p >= '0' && *p <= '9'; p++)
            s->precision = s->precision * 10 + (*p - '0');
    }
    for (; *p == 'l' || *p == 'z' || *p == 'h'; p++)
        s->length += *p != 'h';
    return p;
}

static void put_conversion(struct cursor *c, char conversion, struct spec *s, va_list *ap)
{
    switch (conversion) {
    case 'd':
    case 'i': {
        int64_t v = s->length ? va_arg(*ap, long) : va_arg(*ap, int);
        put_number(c, s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0);
        break;
    }
    case 'u':
        put_number(c, s, s->length ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned), 10, false);
        break;
    case 'x':
        put_number(c, s, s->length ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned), 16, false);
        break;
    case 'p':
        *s = (struct spec){.width = 16, .zero = true};
        put_number(c, s, (uintptr_t)va_arg(*ap, void *), 16, false);
        break;
    case 's': {
        const char *text = va_arg(*ap, const char *);
        if (!text)
            text = "(null)";
        put_field(c, s, text, s->has_precision ? strnlen(text, s->precision) : strlen(text), false);
        break;
    }
    case 'c':
        put(c, (char)va_arg(*ap, int));
        break;
    default:
        put(c, conversion);
    }
}

int format_va(char *out, size_t size, const char *fmt, va_list args)
{
    struct cursor c = {out, size, 0};
    struct spec s;
    va_list ap;

    va_copy(ap, args);
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(&c, *fmt);
            continue;
        }
        fmt = parse_spec(fmt + 1, &s, &ap);
        if (!*fmt)
            break;
        put_conversion(&c, *fmt, &s, &ap);
    }
    va_end(ap);
    if (size)
        out[c.at < size ? c.at : size - 1] = 0;
    return (int)c.at;
}

int format(char *out, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = format_va(out, size, fmt, ap);
    va_end(ap);
    return n;
}
