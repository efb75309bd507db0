/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first light of a hypervisor: prints what the domain builder handed over, checks that it
 * hangs together, and powers off. It carries the HYPERCALL_PAGE note and calls through that page.
 */
#include "../lib/hypercall.h"
#include "../lib/verdict.h"

#include <xen/version.h>

extern const char hypercall_page[];

static long page_call(u64 nr, u64 a, u64 b)
{
    long ret;

    asm volatile("call *%[slot]"
                 : "=a"(ret), "+D"(a), "+S"(b)
                 : [slot] "r"(hypercall_page + nr * 32)
                 : "rcx", "r11", "memory");
    return ret;
}

static void print_facts(void)
{
    const struct start_info *si = start_info;

    print("hello: magic %s, %lu pages, flags 0x%x\n", (const char *)si->magic, si->nr_pages,
          si->flags);
    print("hello: shared_info 0x%lx, pt_base 0x%lx, %lu table frames\n", si->shared_info,
          si->pt_base, si->nr_pt_frames);
    print("hello: mfn_list 0x%lx, first_p2m_pfn 0x%lx, %lu p2m frames\n", si->mfn_list,
          si->first_p2m_pfn, si->nr_p2m_frames);
    print("hello: module at 0x%lx, %lu bytes, %lu pages mapped at 0x%lx\n", si->mod_start,
          si->mod_len, mapped_pages, VIRT_BASE);
    print("hello: arguments \"%s\"\n", (const char *)si->cmd_line);
}

static void check_start_info(void)
{
    const struct start_info *si = start_info;

    case_true("magic", !strncmp((const char *)si->magic, "xen-3.0-x86_64", 15), "another magic");
    case_true("dom0-flags", (si->flags & 3) == 3, "SIF_PRIVILEGED and SIF_INITDOMAIN not both set");
    case_true("pages", si->nr_pages >= mapped_pages, "fewer pages than are mapped");
    case_true("shared-info-aligned", !(si->shared_info & (PAGE_SIZE - 1)), "not a page address");
    case_true("pt-base-aligned", !(si->pt_base & (PAGE_SIZE - 1)), "not a page address");
    case_true("slack", mapped_pages * PAGE_SIZE % (4ul << 20) == 0,
              "mapping does not end at 4 MiB");
}

/* p2m and M2P agree for every page of the domain. */
static void check_p2m(void)
{
    u64 pfn, wrong = 0;

    for (pfn = 0; pfn < start_info->nr_pages; pfn++)
        wrong += m2p(p2m[pfn]) != pfn;
    case_long("p2m-matches-m2p", (long)wrong, 0);
}

/* The tables are mapped read-only, everything else read-write. */
static void check_mapping(void)
{
    u64 first = va_pfn((void *)start_info->pt_base), pfn, wrong = 0, elsewhere = 0;

    for (pfn = 0; pfn < mapped_pages; pfn++) {
        u64 pte = *pte_of(VIRT_BASE + (pfn << PAGE_SHIFT), 1);
        bool table = pfn >= first && pfn < first + start_info->nr_pt_frames;

        if (va_pfn(shared_info) == pfn)
            continue;
        elsewhere += (pte & PTE_MFN) >> PAGE_SHIFT != p2m[pfn];
        wrong += !!(pte & PTE_RW) == table;
    }
    case_long("mapping-follows-p2m", (long)elsewhere, 0);
    case_long("only-tables-read-only", (long)wrong, 0);
}

void mini_main(const char *args)
{
    long version = hyp_xen_version(XENVER_version, 0);

    print_facts();
    print("hello: hypervisor version %ld.%ld\n", version >> 16, version & 0xffff);
    case_set("hello");
    check_start_info();
    check_p2m();
    check_mapping();
    case_long("hypercall-page", page_call(__HYPERVISOR_xen_version, XENVER_version, 0), version);
    verdict_print();
}
