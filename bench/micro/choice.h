/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a guest learns what to run after its machine was saved. It arms a watchdog (ib700) and sleeps;
 * the watchdog stops the machine, vbench saves it there and restores it once per benchmark; the guest
 * then wakes and reads what QEMU was told with `-fw_cfg name=opt/vantage/run,string=...` (QEMU's
 * docs/specs/fw_cfg). So every benchmark begins in the same state. Needs I/O privilege; includes
 * nothing, for guests without a C library.
 *
 * [choice.idle] the machine is stopped while its processor is halted. One that stops itself, by a
 * panic device, goes on in virtual time or not, by chance, until QEMU's main loop has seen it.
 */
#ifndef BENCH_MICRO_CHOICE_H
#define BENCH_MICRO_CHOICE_H

#define CHOICE_FILE "opt/vantage/run"

enum {
    CHOICE_MAX = 4096,
    WATCHDOG_PORT = 0x443,
    WATCHDOG_2_S = 14, /* this value: it fires after 30 - 2 * 14 seconds */
    CHOICE_SLEEP_S = 4,
    CONFIG_SELECT = 0x510,
    CONFIG_DATA = 0x511,
    CONFIG_DIRECTORY = 0x19, /* the key under which the list of files is */
    CONFIG_NAME_MAX = 56,
};

static inline void choice_select(unsigned short key)
{
    __asm__ volatile("outw %0, %1" : : "a"(key), "Nd"((unsigned short)CONFIG_SELECT));
}

static inline unsigned char choice_byte(void)
{
    unsigned char value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"((unsigned short)CONFIG_DATA) : "memory");
    return value;
}

/* The next `bytes` bytes as a number, the highest first. */
static inline unsigned choice_number(unsigned bytes)
{
    unsigned value = 0;
    while (bytes--)
        value = value << 8 | choice_byte();
    return value;
}

/* Reads one entry of the directory; is it the file? */
static inline int choice_is_here(unsigned *size, unsigned *key)
{
    static const char wanted[CONFIG_NAME_MAX] = CHOICE_FILE;
    int same = 1;
    *size = choice_number(4);
    *key = choice_number(2);
    choice_number(2);
    for (unsigned i = 0; i < CONFIG_NAME_MAX; i++)
        same &= choice_byte() == (unsigned char)wanted[i];
    return same;
}

/* To be called before the guest sleeps CHOICE_SLEEP_S. */
static inline void choice_arm(void)
{
    __asm__ volatile("outb %0, %1"
                     :
                     : "a"((unsigned char)WATCHDOG_2_S), "Nd"((unsigned short)WATCHDOG_PORT));
}

/* To be called after it: what it is told, with a 0 at its end. Its length, 0 if there is nothing. */
static inline unsigned choice_read(char to[CHOICE_MAX])
{
    unsigned files, size, key, n = 0;
    choice_select(CONFIG_DIRECTORY);
    for (files = choice_number(4); files > 0; files--) {
        if (!choice_is_here(&size, &key))
            continue;
        choice_select(key);
        while (n < size && n < CHOICE_MAX - 1)
            to[n++] = choice_byte();
        break;
    }
    to[n] = 0;
    return n;
}

#endif
