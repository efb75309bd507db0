/* SPDX-License-Identifier: BSD-2-Clause */
/* xen_version: each sub-operation, the features, bad pointers. */
#include "abi.h"

#include <xen/features.h>
#include <xen/version.h>

static u8 buffer[2048];

#define VERSION __HYPERVISOR_xen_version

static const struct call_row calls[] = {
    {"extraversion", VERSION, XENVER_extraversion, (u64)buffer, 0, 0, 0},
    {"compile-info", VERSION, XENVER_compile_info, (u64)buffer, 0, 0, 0},
    {"capabilities", VERSION, XENVER_capabilities, (u64)buffer, 0, 0, 0},
    {"changeset", VERSION, XENVER_changeset, (u64)buffer, 0, 0, 0},
    {"platform-parameters", VERSION, XENVER_platform_parameters, (u64)buffer, 0, 0, 0},
    {"guest-handle", VERSION, XENVER_guest_handle, (u64)buffer, 0, 0, 0},
    {"commandline", VERSION, XENVER_commandline, (u64)buffer, 0, 0, 0},
    {"pagesize", VERSION, XENVER_pagesize, 0, 0, 0, 4096},
    {"unknown", VERSION, 99, (u64)buffer, 0, 0, -ENOSYS},
    {"null-pointer", VERSION, XENVER_extraversion, 0, 0, 0, -EFAULT},
    {"hole-pointer", VERSION, XENVER_extraversion, HOLE_POINTER, 0, 0, -EFAULT},
    {"unmapped-pointer", VERSION, XENVER_changeset, UNMAPPED_POINTER, 0, 0, -EFAULT},
    {"non-canonical-pointer", VERSION, XENVER_get_features, NON_CANONICAL, 0, 0, -EFAULT},
};

static void check_contents(void)
{
    hyp_xen_version(XENVER_capabilities, buffer);
    case_true("capabilities-64", !strncmp((char *)buffer, "xen-3.0-x86_64", 14),
              "do not begin with xen-3.0-x86_64");
    hyp_xen_version(XENVER_platform_parameters, buffer);
    case_hex("virt-start", *(u64 *)buffer, HOLE_START);
}

static void check_features(void)
{
    struct xen_feature_info f = {0};
    u32 must = 1u << XENFEAT_mmu_pt_update_preserve_ad | 1u << XENFEAT_gnttab_map_avail_bits |
               1u << XENFEAT_dom0;
    u32 must_not = 1u << XENFEAT_writable_page_tables | 1u << XENFEAT_auto_translated_physmap |
                   1u << XENFEAT_supervisor_mode_kernel | 1u << XENFEAT_hvm_callback_vector;

    case_long("features", hyp_xen_version(XENVER_get_features, &f), 0);
    case_hex("features-needed", f.submap & must, must);
    case_hex("features-refused", f.submap & must_not, 0);
    f.submap_idx = 1;
    case_long("features-index-1", hyp_xen_version(XENVER_get_features, &f), -EINVAL);
}

void abi_version(void)
{
    case_long("version", hyp_xen_version(XENVER_version, 0) >> 16, 4);
    abi_calls(calls, ARRAY_SIZE(calls));
    check_contents();
    check_features();
}
