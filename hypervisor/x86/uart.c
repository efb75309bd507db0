/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550 serial port, output by polling.
 *
 * "Transmitter holding register empty" means that the whole FIFO is empty, so one look at the line status
 * is good for sixteen bytes.
 */
#include "x86/uart.h"
#include "x86/instructions.h"

enum { /* register offsets; DLL and DLM while LCR_DLAB */
    DATA = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5,
};

#define LCR_8N1       0x03
#define LCR_DLAB      0x80
#define FCR_ENABLE    0x07 /* and clear both FIFOs */
#define MCR_ON        0x0b /* DTR, RTS, OUT2: OUT2 lets the interrupt through on a PC */
#define IER_RECEIVED  0x01
#define IIR_FIFOS     0xc0
#define LSR_RECEIVED  0x01
#define LSR_THR_EMPTY 0x20
#define LSR_ALL_SENT  0x40
#define FIFO_BYTES    16
#define CLOCK_HZ      115200

/* A port that never gets ready (pulled card, stuck host) must not stop the machine: bytes are dropped. */
#define PATIENCE 10000000

void uart_init(struct uart *u)
{
    unsigned divisor = CLOCK_HZ / u->baud;

    u->is_present = in8(u->port + LSR) != 0xff;
    if (!u->is_present)
        return;
    out8(u->port + IER, 0);
    out8(u->port + LCR, LCR_DLAB | LCR_8N1);
    out8(u->port + DLL, (uint8_t)divisor);
    out8(u->port + DLM, (uint8_t)(divisor >> 8));
    out8(u->port + LCR, LCR_8N1);
    out8(u->port + FCR, FCR_ENABLE);
    out8(u->port + MCR, MCR_ON);
    u->has_fifo = (in8(u->port + IIR) & IIR_FIFOS) == IIR_FIFOS;
    u->room = 0;
}

static bool wait_for(const struct uart *u, uint8_t bit)
{
    for (unsigned i = 0; i < PATIENCE; i++) {
        if (in8(u->port + LSR) & bit)
            return true;
        __builtin_ia32_pause();
    }
    return false;
}

void uart_write(struct uart *u, char c)
{
    if (!u->is_present)
        return;
    if (!u->room) {
        if (!wait_for(u, LSR_THR_EMPTY)) {
            u->is_present = false;
            return;
        }
        u->room = u->has_fifo ? FIFO_BYTES : 1;
    }
    u->room--;
    out8(u->port + DATA, (uint8_t)c);
}

int uart_read(struct uart *u)
{
    if (!u->is_present || !(in8(u->port + LSR) & LSR_RECEIVED))
        return -1;
    return in8(u->port + DATA);
}

void uart_enable_input(struct uart *u)
{
    if (u->is_present)
        out8(u->port + IER, IER_RECEIVED);
}

void uart_drain(struct uart *u)
{
    if (u->is_present)
        wait_for(u, LSR_ALL_SENT);
}
