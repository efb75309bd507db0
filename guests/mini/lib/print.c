/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text to the hypervisor's console. */
#include "hypercall.h"

struct out {
    char *at, *end;
};

static void put(struct out *o, char c)
{
    if (o->at < o->end)
        *o->at++ = c;
}

static void put_text(struct out *o, const char *s, unsigned int width)
{
    size_t n = strlen(s);

    while (*s)
        put(o, *s++);
    for (; n < width; n++)
        put(o, ' ');
}

static void put_number(struct out *o, u64 n, unsigned int base, unsigned int width, char fill)
{
    char digits[24];
    unsigned int i = 0;

    do {
        digits[i++] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n);
    for (; width > i; width--)
        put(o, fill);
    while (i)
        put(o, digits[--i]);
}

static void put_signed(struct out *o, long n, unsigned int width, char fill)
{
    if (n < 0) {
        put(o, '-');
        put_number(o, 0ul - (u64)n, 10, width ? width - 1 : 0, fill);
        return;
    }
    put_number(o, (u64)n, 10, width, fill);
}

/* One conversion; gives back the character behind it. */
static const char *convert(struct out *o, const char *f, va_list *ap)
{
    char fill = *f == '0' ? '0' : ' ';
    unsigned int width = 0;
    bool wide = false;

    for (; *f >= '0' && *f <= '9'; f++)
        width = width * 10 + (unsigned int)(*f - '0');
    for (; *f == 'l' || *f == 'z'; f++)
        wide = true;
    switch (*f) {
    case 'd':
        put_signed(o, wide ? va_arg(*ap, long) : va_arg(*ap, int), width, fill);
        break;
    case 'u':
        put_number(o, wide ? va_arg(*ap, u64) : va_arg(*ap, u32), 10, width, fill);
        break;
    case 'x':
        put_number(o, wide ? va_arg(*ap, u64) : va_arg(*ap, u32), 16, width, fill);
        break;
    case 'p':
        put_number(o, va_arg(*ap, u64), 16, 16, '0');
        break;
    case 's':
        put_text(o, va_arg(*ap, const char *), width);
        break;
    case 'c':
        put(o, (char)va_arg(*ap, int));
        break;
    default:
        put(o, *f);
        break;
    }
    return f + 1;
}

int format(char *out, size_t size, const char *fmt, va_list list)
{
    struct out o = {out, out + size - 1};
    va_list ap;

    va_copy(ap, list);
    while (*fmt) {
        if (*fmt != '%')
            put(&o, *fmt++);
        else
            fmt = convert(&o, fmt + 1, &ap);
    }
    va_end(ap);
    *o.at = 0;
    return (int)(o.at - out);
}

void print(const char *fmt, ...)
{
    char line[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = format(line, sizeof(line), fmt, ap);
    va_end(ap);
    hyp_console_io(CONSOLEIO_write, n, line);
}

static u64 parse_number(const char *s)
{
    unsigned int base = 10;
    u64 n = 0;

    if (s[0] == '0' && s[1] == 'x') {
        base = 16;
        s += 2;
    }
    for (;; s++) {
        if (*s >= '0' && *s <= '9')
            n = n * base + (u64)(*s - '0');
        else if (base == 16 && *s >= 'a' && *s <= 'f')
            n = n * base + (u64)(*s - 'a' + 10);
        else
            return n;
    }
}

bool arg_has(const char *args, const char *word)
{
    size_t n = strlen(word);

    for (const char *s = args; *s; s++)
        if ((s == args || s[-1] == ' ') && !strncmp(s, word, n) && (!s[n] || s[n] == ' '))
            return true;
    return false;
}

u64 arg_number(const char *args, const char *key, u64 otherwise)
{
    size_t n = strlen(key);
    const char *s;

    for (s = args; *s; s++)
        if ((s == args || s[-1] == ' ') && !strncmp(s, key, n) && s[n] == '=')
            return parse_number(s + n + 1);
    return otherwise;
}
