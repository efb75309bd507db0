/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: what the hypervisor says, what dom0 writes through console_io, and what is typed.
 *
 * [console.line] a message of the hypervisor begins with "(VTG) " at the start of a line, also when a
 * guest has left the line unfinished.
 */
#include "x86/console.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/lock.h"
#include "lib/string.h"
#include "x86/irq.h"
#include "x86/machine.h"
#include "x86/uart.h"
#include "x86/x86.h"

#define INPUT_BYTES 1024 /* a power of two */
#define NOBODY      (~0u)
#define CTRL_A      1

static struct uart uarts[] = {
    {.port = 0x3f8, .irq = 4, .baud = 115200},
    {.port = 0x2f8, .irq = 3, .baud = 115200},
};

/* `owner` lets a panic print although this CPU was already printing. */
static struct lock output_lock;
static unsigned owner = NOBODY;
static struct uart *console = &uarts[0]; /* NULL: none. This and the next by output_lock */
static char last; /* what stands before ours was written by the firmware: the first message breaks it */

static struct lock input_lock;
static char input[INPUT_BYTES];
static unsigned input_head, input_tail; /* free-running */

/* Returns false when this CPU holds the lock already, or whoever does stands still. */
static bool output_take(void)
{
    unsigned me = this_cpu()->id;

    if (__atomic_load_n(&owner, __ATOMIC_RELAXED) == me || cpus_are_stopped())
        return false;
    lock_take(&output_lock);
    __atomic_store_n(&owner, me, __ATOMIC_RELAXED);
    return true;
}

static void output_drop(bool taken)
{
    if (!taken)
        return;
    __atomic_store_n(&owner, NOBODY, __ATOMIC_RELAXED);
    lock_drop(&output_lock);
}

/* Terminals want CR LF; guests send either. */
static void put(char c)
{
    if (c == '\n' && last != '\r')
        uart_write(console, '\r');
    uart_write(console, c);
    last = c;
}

void console_write(const char *text, size_t n)
{
    bool taken;

    if (!console)
        return;
    taken = output_take();
    while (n--)
        put(*text++);
    output_drop(taken);
}

static void put_line(const char *text, size_t n)
{
    static const char prefix[] = "(VTG) ";

    if (last != '\n')
        put('\n');
    for (const char *p = prefix; *p; p++)
        put(*p);
    console_log_put(text, n);
    console_log_put("\n", 1);
    while (n--)
        put(*text++);
    put('\n');
}

void printk(const char *fmt, ...)
{
    char text[512];
    const char *line = text, *end;
    va_list ap;
    bool taken;
    int n;

    va_start(ap, fmt);
    n = format_va(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (!console)
        return;
    taken = output_take();
    for (n = MIN(n, (int)sizeof(text) - 1); n > 0; n -= (int)(end - line) + 1, line = end + 1) {
        end = strchr(line, '\n');
        if (!end)
            end = line + n;
        put_line(line, (size_t)(end - line));
    }
    output_drop(taken);
}

void console_drain(void)
{
    if (console)
        uart_drain(console);
}

/* [console.keys] Ctrl-a three times in a row turns what is typed afterwards from dom0 to the hypervisor, or back. */
static bool takes_key(char c)
{
    static unsigned turns;
    static bool is_ours;

    turns = c == CTRL_A ? turns + 1 : 0;
    if (turns == 3) {
        turns = 0;
        is_ours = !is_ours;
        printk("console: what is typed goes to %s (Ctrl-a three times to change)\n",
               is_ours ? "Vantage: 'h' lists its keys" : "dom0");
        return true;
    }
    if (is_ours && c != CTRL_A)
        on_console_key(c);
    return is_ours;
}

/* Keeps what fits; what does not is lost, as on any terminal line without flow control. */
static void on_uart_interrupt(void)
{
    bool has_input;
    int c;

    lock_take(&input_lock);
    while ((c = uart_read(console)) >= 0)
        if (!takes_key((char)c) && input_head - input_tail < INPUT_BYTES)
            input[input_head++ % INPUT_BYTES] = (char)c;
    has_input = input_head != input_tail;
    lock_drop(&input_lock);
    if (has_input)
        on_console_input();
}

size_t console_read(char *out, size_t max)
{
    size_t n = 0;

    lock_take(&input_lock);
    while (n < max && input_tail != input_head)
        out[n++] = input[input_tail++ % INPUT_BYTES];
    lock_drop(&input_lock);
    return n;
}

void console_early_init(void)
{
    uart_init(console);
}

uint16_t console_port(void)
{
    return console ? console->port : 0;
}

static int select_one(const char *name, size_t n, struct uart **found)
{
    static const struct {
        const char *name;
        struct uart *uart;
    } known[] = {{"com1", &uarts[0]}, {"com2", &uarts[1]}, {"vga", NULL}, {"none", NULL}};

    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        if (strlen(known[i].name) != n || strncmp(known[i].name, name, n))
            continue;
        if (known[i].uart)
            *found = known[i].uart;
        return 0;
    }
    return -EINVAL;
}

int console_select(const char *list)
{
    struct uart *found = NULL;

    for (;;) {
        const char *comma = strchr(list, ',');
        size_t n = comma ? (size_t)(comma - list) : strlen(list);

        if (select_one(list, n, &found))
            return -EINVAL;
        if (!comma)
            break;
        list = comma + 1;
    }
    if (found && found != console)
        uart_init(found);
    console = found;
    return 0;
}

/* Reads a decimal number, or a hexadecimal one behind 0x, and the comma after it. */
static const char *read_number(const char *s, uint32_t *value)
{
    unsigned base = s[0] == '0' && s[1] == 'x' ? 16 : 10;

    for (s += base == 16 ? 2 : 0, *value = 0; *s && *s != ','; s++) {
        unsigned digit = *s >= 'a' && *s <= 'f' ? *s - 'a' + 10u : *s - '0' + 0u;

        if (digit >= base || *value > 0xfffffff)
            return NULL;
        *value = *value * base + digit;
    }
    return *s ? s + 1 : s;
}

int console_configure(unsigned com, const char *value)
{
    struct uart u = com < ARRAY_SIZE(uarts) ? uarts[com] : uarts[0];
    uint32_t baud = u.baud, port = u.port, irq = u.irq;

    if (com >= ARRAY_SIZE(uarts))
        return -EINVAL;
    value = read_number(value, &baud);
    if (value && *value) {
        if (strncmp(value, "8n1", 3) || (value[3] && value[3] != ','))
            return -EINVAL;
        value += value[3] ? 4 : 3;
    }
    if (value && *value)
        value = read_number(value, &port);
    if (value && *value)
        value = read_number(value, &irq);
    if (!value || *value || !baud || baud > 115200 || !port || port > 0xfff8 || irq > 15)
        return -EINVAL;
    uarts[com] = (struct uart){.port = (uint16_t)port, .irq = (uint8_t)irq, .baud = baud};
    uart_init(&uarts[com]);
    return 0;
}

void console_irq_init(void)
{
    if (!console || !console->is_present)
        return;
    if (irq_bind_own(console->irq, on_uart_interrupt))
        printk("console: no interrupt for input\n");
    else
        uart_enable_input(console);
}
