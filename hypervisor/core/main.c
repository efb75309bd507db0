/* SPDX-License-Identifier: BSD-2-Clause */
/* Birth: from the boot loader's jump to dom0's first instruction, as one readable list of calls. */
#include "core/boot.h"
#include "core/early.h"
#include "core/main.h"
#include "core/options.h"
#include "lib/bug.h"
#include "x86/cpu.h"
#include "x86/acpi.h"
#include "x86/irq.h"
#include "x86/machine.h"

static const struct boot_info *boot;

/* On CPU 0's own stack. */
static void main_on_own_stack(void)
{
    cpu_init(window_create());
    paging_drop_boot_map();
    for (unsigned i = 0; i < boot->regions; i++)
        if (boot->region[i].type != REGION_RESERVED)
            machine_note_memory(boot->region[i].start, boot->region[i].size);
    acpi_init(boot->rsdp);
    irq_init();
    clock_init();
    console_irq_init();
    printk("up\n");
    machine_halt();
}

void boot_main(uint32_t magic, uint32_t information)
{
    console_early_init();
    boot = boot_parse(magic, information);
    options_parse(boot->arguments);
    early_init(boot);
    paging_init(boot_ram_end(boot), early_frame);
    enter_on_stack((uint64_t)cpu_create(0, early_frame), main_on_own_stack);
}
