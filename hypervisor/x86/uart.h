/* SPDX-License-Identifier: BSD-2-Clause */
/* A 16550 serial port by its I/O ports; no locks here, console.c holds one. */
#ifndef X86_UART_H
#define X86_UART_H

#include "lib/types.h"

struct uart {
    uint16_t port;
    uint8_t irq;    /* ISA */
    uint32_t baud;
    bool is_present;
    bool has_fifo;
    uint8_t room;   /* bytes that surely fit without asking */
};

void uart_init(struct uart *u);
void uart_write(struct uart *u, char c);
int uart_read(struct uart *u);          /* -1: nothing received */
void uart_enable_input(struct uart *u); /* interrupts for received bytes */
void uart_drain(struct uart *u);        /* returns when everything has left */

#endif
