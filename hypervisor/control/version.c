/* SPDX-License-Identifier: BSD-2-Clause */
/* xen_version: what a guest asks first. And vm_assist, the optional behaviours it may switch. */
#include "control/control.h"
#include "hypercalls.h"
#include "lib/string.h"

#include <xen/features.h>
#include <xen/version.h>

#define ABI_MAJOR 4
#define ABI_MINOR 17

/* A guest that keeps accessed and dirty bits, uses the software bits of grant mappings and has its page
 * tables read-only: what direct paging is. */
#define FEATURES                                                                                   \
    (1u << XENFEAT_pae_pgdir_above_4gb | 1u << XENFEAT_mmu_pt_update_preserve_ad |                 \
     1u << XENFEAT_highmem_assist | 1u << XENFEAT_gnttab_map_avail_bits)

/* The text answers: all of the ABI's arrays fit. */
union text {
    xen_extraversion_t extraversion;
    xen_compile_info_t compile_info;
    xen_capabilities_info_t capabilities;
    xen_changeset_info_t changeset;
    xen_commandline_t commandline;
};

static const char *command_line = "";
static union text text; /* too large for a stack; text_lock */
static struct lock text_lock;

void version_set_command_line(const char *line)
{
    command_line = line;
}

static size_t fill_text(uint32_t cmd)
{
    memset(&text, 0, sizeof(text));
    switch (cmd) {
    case XENVER_extraversion:
        strlcpy(text.extraversion, ".0-vantage", sizeof(text.extraversion));
        return sizeof(text.extraversion);
    case XENVER_compile_info:
        strlcpy(text.compile_info.compiler, "gcc " __VERSION__, sizeof(text.compile_info.compiler));
        return sizeof(text.compile_info);
    case XENVER_capabilities:
        strlcpy(text.capabilities, "xen-3.0-x86_64 ", sizeof(text.capabilities));
        return sizeof(text.capabilities);
    case XENVER_changeset:
        strlcpy(text.changeset, "unavailable", sizeof(text.changeset));
        return sizeof(text.changeset);
    default:
        strlcpy(text.commandline, command_line, sizeof(text.commandline));
        return sizeof(text.commandline);
    }
}

static long answer_text(uint32_t cmd, guest_ptr arg)
{
    long rc;

    lock_take(&text_lock);
    rc = guest_write(arg, &text, fill_text(cmd));
    lock_drop(&text_lock);
    return rc;
}

static long get_features(const struct domain *d, guest_ptr arg)
{
    struct xen_feature_info f;

    if (guest_get(&f, arg))
        return -EFAULT;
    if (f.submap_idx)
        return -EINVAL;
    f.submap = FEATURES | (d->is_hardware ? 1u << XENFEAT_dom0 : 0);
    return guest_put(arg, &f);
}

static __attribute__((noinline)) long answer(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    const struct xen_platform_parameters parameters = {.virt_start = HOLE_START};

    switch (cmd) {
    case XENVER_pagesize:
        return PAGE_SIZE;
    case XENVER_commandline:
        if (!v->domain->is_privileged)
            return -EPERM;
        return answer_text(cmd, arg);
    case XENVER_extraversion:
    case XENVER_compile_info:
    case XENVER_capabilities:
    case XENVER_changeset:
        return answer_text(cmd, arg);
    case XENVER_platform_parameters:
        return guest_put(arg, &parameters);
    case XENVER_get_features:
        return get_features(v->domain, arg);
    case XENVER_guest_handle:
        return guest_write(arg, v->domain->handle, sizeof(v->domain->handle));
    case XENVER_build_id:
        return -ENODATA;
    default:
        return -ENOSYS;
    }
}

/* The version is what Linux asks for when it only wants to enter the hypervisor, to be given its events. */
long hc_xen_version(struct vcpu *v, uint32_t cmd, guest_ptr arg)
{
    return likely(cmd == XENVER_version) ? ABI_MAJOR << 16 | ABI_MINOR : answer(v, cmd, arg);
}

/* The first four describe what is always so here: writes to page tables are emulated, base pointers may
 * be anywhere, segments are whole. The other two change something: the IOPL a guest sees in its frames,
 * and the flag round an update of its run state. */
static bool assist_is_known(uint32_t type)
{
    return type <= VMASST_TYPE_runstate_update_flag && type != VMASST_TYPE_4gb_segments_notify;
}

static void assist_set(struct vcpu *v, uint32_t type, bool on)
{
    v->vm_assist = on ? v->vm_assist | 1u << type : v->vm_assist & ~(1u << type);
}

long hc_vm_assist(struct vcpu *v, uint32_t cmd, uint32_t type)
{
    struct domain *d = v->domain;

    if (cmd != VMASST_CMD_enable && cmd != VMASST_CMD_disable)
        return -ENOSYS;
    if (!assist_is_known(type))
        return -EINVAL;
    for (unsigned i = 0; i < d->vcpu_count; i++)
        assist_set(d->vcpus[i], type, cmd == VMASST_CMD_enable);
    return 0;
}
