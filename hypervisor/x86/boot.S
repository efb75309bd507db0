/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the boot loader to C: Multiboot 1 and 2 headers, the switch to long mode on tables that map low
 * memory three times (identity, our image's address, the direct map), and the first stack.
 *
 *   comes with   32-bit protected mode, paging off, eax = loader's magic, ebx = information, IF = 0
 *   leaves by    on_boot(magic, information)      core/main.c, on CPU 0's stack block
 */
#include "x86/layout.h"

#define PHYS(symbol) ((symbol) - IMAGE_VA)

#define MB1_MAGIC 0x1badb002
#define MB1_FLAGS 0x00010003 /* page-aligned modules, memory map, addresses below */
#define MB2_MAGIC 0xe85250d6

#define CR0_VALUE 0x80050033 /* PG AM WP NE ET MP PE */
#define CR4_VALUE 0x00000620 /* OSXMMEXCPT OSFXSR PAE */
#define EFER      0xc0000080
#define EFER_BITS 0x901      /* NXE LME SCE */

#define PTE_P_RW    3
#define PTE_LARGE   0x83
#define SLOT(va)    (((va) >> 39) & 511)

        .section .text.boot, "ax"

        .balign 8
multiboot1_header:
        .long MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
        .long PHYS(multiboot1_header), load_start_phys, load_end_phys, image_end_phys
        .long boot_entry_phys

        .balign 8
multiboot2_header:
        .long MB2_MAGIC, 0, multiboot2_end - multiboot2_header
        .long -(MB2_MAGIC + (multiboot2_end - multiboot2_header))
        .short 2, 0                     /* load addresses */
        .long 24
        .long PHYS(multiboot2_header), load_start_phys, load_end_phys, image_end_phys
        .short 3, 0                     /* entry address */
        .long 12, boot_entry_phys, 0
        .short 6, 0                     /* modules page-aligned */
        .long 8
        .short 0, 0
        .long 8
multiboot2_end:

        .code32
        .globl boot_entry
boot_entry:
        cli
        cld
        mov     %eax, %esi              /* magic */
        mov     $PHYS(boot_l2), %edi    /* 4 GiB of 2 MiB pages */
        mov     $PTE_LARGE, %eax
        xor     %edx, %edx
1:      mov     %eax, (%edi)
        mov     %edx, 4(%edi)
        add     $8, %edi
        add     $0x200000, %eax
        jnc     1b

        /* The four tables of boot_l2 under the first four entries of three level-3 tables. */
        mov     $PHYS(boot_l2) + PTE_P_RW, %eax
        xor     %ecx, %ecx
2:      mov     %eax, PHYS(boot_l3_identity)(, %ecx, 8)
        mov     %eax, PHYS(hv_l3) + (SLOT(IMAGE_VA) - HOLE_FIRST_SLOT) * 4096(, %ecx, 8)
        mov     %eax, PHYS(hv_l3) + (SLOT(DIRECT_VA) - HOLE_FIRST_SLOT) * 4096(, %ecx, 8)
        add     $4096, %eax
        inc     %ecx
        cmp     $4, %ecx
        jb      2b

        /* The sixteen slots of ours, and the identity map in slot 0. */
        movl    $PHYS(boot_l3_identity) + PTE_P_RW, PHYS(hv_l4)
        mov     $PHYS(hv_l3) + PTE_P_RW, %eax
        xor     %ecx, %ecx
3:      mov     %eax, PHYS(hv_l4) + HOLE_FIRST_SLOT * 8(, %ecx, 8)
        add     $4096, %eax
        inc     %ecx
        cmp     $16, %ecx
        jb      3b

/* With esi = 0 for a CPU that another one starts. */
paging_on:
        mov     $CR4_VALUE, %eax
        mov     %eax, %cr4
        mov     $PHYS(hv_l4), %eax
        mov     %eax, %cr3
        mov     $EFER, %ecx
        rdmsr
        or      $EFER_BITS, %eax
        wrmsr
        mov     $CR0_VALUE, %eax
        mov     %eax, %cr0
        lgdt    PHYS(boot_gdt_pointer)
        ljmp    $8, $PHYS(boot_long)

        .balign 8
boot_gdt:
        .quad   0, 0x00af9b000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff
boot_gdt_pointer:
        .short  31
        .long   PHYS(boot_gdt)

/*
 * What another CPU begins with: this much is copied to a page below 1 MiB (smp.c).
 *   comes with   real mode, cs:0 = the copy's first byte, IF = 0
 *   leaves by    *start_function, on the stack that ends at start_stack
 */
        .code16
        .globl  start_begin, start_end
start_begin:
        mov     %cs, %ax
        mov     %ax, %ds
        lgdtl   start_gdt_pointer - start_begin
        mov     %cr0, %eax
        or      $1, %eax
        mov     %eax, %cr0
        ljmpl   $16, $PHYS(start_protected)
start_gdt_pointer:
        .short  31
        .long   PHYS(boot_gdt)
start_end:

        .code32
start_protected:
        mov     $24, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %esi, %esi
        jmp     paging_on

        .code64
boot_long:
        movabs  $boot_high, %rax
        jmp     *%rax
boot_high:
        xor     %eax, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     %eax, %fs
        mov     %eax, %gs
        xor     %ebp, %ebp
        test    %esi, %esi
        jz      1f
        lea     boot_stack_end(%rip), %rsp
        mov     %esi, %edi
        mov     %ebx, %esi
        call    on_boot
        ud2
1:      mov     start_stack(%rip), %rsp
        call    *start_function(%rip)
        ud2

        .bss
        .balign 4096
        .globl  hv_l4, hv_l3
hv_l4:            .skip 4096
hv_l3:            .skip 16 * 4096
boot_l3_identity: .skip 4096
boot_l2:          .skip 4 * 4096
        .globl  start_stack, start_function
start_stack:      .skip 8
start_function:   .skip 8
