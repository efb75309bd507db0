/* SPDX-License-Identifier: BSD-2-Clause */
/* The image: text, rodata, data, each on its own pages so that paging.c can give each its rights. */
#include "x86/layout.h"

OUTPUT_FORMAT(elf64-x86-64)
ENTRY(boot_entry_phys)

PHDRS
{
    text PT_LOAD FLAGS(5);
    rodata PT_LOAD FLAGS(4);
    data PT_LOAD FLAGS(6);
}

SECTIONS
{
    . = IMAGE_VA + IMAGE_PHYS;
    image_start = .;
    .text : AT(ADDR(.text) - IMAGE_VA) {
        *(.text.boot)
        *(.text .text.*)
        . = ALIGN(4096);
    } :text
    text_end = .;

    .rodata : AT(ADDR(.rodata) - IMAGE_VA) {
        *(.rodata .rodata.*)
        *(.eh_frame .eh_frame_hdr)
        . = ALIGN(8);
        fixup_start = .;
        KEEP(*(.fixup_table))
        fixup_end = .;
        __start_restart_table = .;
        KEEP(*(restart_table))
        __stop_restart_table = .;
        symbols_start = .;
        KEEP(*(.symbols))
        symbols_end = .;
        . = ALIGN(4096);
    } :rodata
    rodata_end = .;

    .data : AT(ADDR(.data) - IMAGE_VA) {
        *(.data .data.* .got .got.plt .init_array .data.rel.ro .data.rel.ro.*)
        . = ALIGN(4096);
    } :data
    load_end = .;

    .bss : AT(ADDR(.bss) - IMAGE_VA) {
        *(.bss .bss.* COMMON)
        /* CPU 0's first stack, aligned like every stack block so that this_cpu() works at once. Aligned
         * here because an input section so aligned would tear a hole into the file. */
        . = ALIGN(STACK_BLOCK);
        . += STACK_BLOCK - 128;
        boot_stack_end = .;
        . += 128;
    } :data
    image_end = .;

    boot_entry_phys = boot_entry - IMAGE_VA;
    load_start_phys = image_start - IMAGE_VA;
    load_end_phys = load_end - IMAGE_VA;
    image_end_phys = image_end - IMAGE_VA;

    /DISCARD/ : { *(.comment) *(.note*) *(.gnu*) }
}
