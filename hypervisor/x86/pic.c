/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8259 pair: moved to vectors 0x20-0x2f, where a late or spurious one does no harm, and masked. */
#include "x86/apic.h"
#include "x86/instructions.h"

#define MASTER 0x20
#define SLAVE  0xa0

static void start(uint16_t port, uint8_t vector, uint8_t cascade)
{
    out8(port, 0x11); /* ICW1: edge, cascade, ICW4 follows */
    out8(port + 1, vector);
    out8(port + 1, cascade);
    out8(port + 1, 0x01); /* ICW4: 8086 mode */
    out8(port + 1, 0xff); /* mask all */
}

void pic_silence(void)
{
    start(MASTER, 0x20, 1 << 2);
    start(SLAVE, 0x28, 2);
}
