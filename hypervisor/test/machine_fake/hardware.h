/* SPDX-License-Identifier: BSD-2-Clause */
/* IO-APIC pins, MSI functions and a local APIC made of variables, for irq.c and what stands on it. */
#ifndef MACHINE_FAKE_HARDWARE_H
#define MACHINE_FAKE_HARDWARE_H

#include "x86/irq.h"

#define FAKE_GSIS 24

struct fake_source {
    unsigned vector;
    bool is_masked, is_level, is_low;
};

extern struct fake_source fake_pin[FAKE_GSIS];
extern struct fake_source fake_msi[64]; /* by struct msi.entry */
extern unsigned fake_eois, fake_arrivals[IRQ_COUNT], fake_timer;
extern int fake_msi_map_result;

#endif
