/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel tells its loader: the ELF notes of owner "Xen" (<xen/elfnote.h>).
 *
 * Two halves: notes_read() reads one note segment into struct payload and knows only forms;
 * notes_check() judges the whole once all segments are known.
 *
 * [notes.range] the kernel, its entry, hypercall page and p2m lie where a guest may map, and the
 *               first three inside [kernel_start, kernel_end)
 */
#include <elf.h>
#include <xen/elfnote.h>
#include <xen/features.h>

#include "core/payload.h"
#include "lib/bits.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "x86/layout.h"

struct note_field {
    uint32_t type;
    bool is_text;
    uint16_t at; /* offset in struct payload of a uint64_t or a struct bytes */
    const char *name;
};

#define NUMBER(note, field)                                                                        \
    {                                                                                              \
        XEN_ELFNOTE_##note, false, offsetof(struct payload, field), #note                          \
    }
#define TEXT(note, field)                                                                          \
    {                                                                                              \
        XEN_ELFNOTE_##note, true, offsetof(struct payload, field), #note                           \
    }

static const struct note_field note_fields[] = {
    NUMBER(ENTRY, entry),
    NUMBER(HYPERCALL_PAGE, hypercall_page),
    NUMBER(VIRT_BASE, virt_base),
    NUMBER(PADDR_OFFSET, paddr_offset),
    TEXT(XEN_VERSION, xen_version),
    TEXT(GUEST_OS, guest_os),
    TEXT(LOADER, loader),
    TEXT(FEATURES, features),
    NUMBER(HV_START_LOW, hv_start_low),
    NUMBER(INIT_P2M, init_p2m),
    NUMBER(MOD_START_PFN, mod_start_pfn),
    NUMBER(SUPPORTED_FEATURES, supported_features),
};

/* The names a FEATURES note may use; the position is the bit. */
static const char *const feature_names[] = {
    [XENFEAT_writable_page_tables] = "writable_page_tables",
    [XENFEAT_writable_descriptor_tables] = "writable_descriptor_tables",
    [XENFEAT_auto_translated_physmap] = "auto_translated_physmap",
    [XENFEAT_supervisor_mode_kernel] = "supervisor_mode_kernel",
    [XENFEAT_pae_pgdir_above_4gb] = "pae_pgdir_above_4gb",
    [XENFEAT_hvm_callback_vector] = "hvm_callback_vector",
    [XENFEAT_dom0] = "dom0",
};

static int read_number(struct payload *p, const struct note_field *field, struct bytes value)
{
    uint64_t number = 0;

    if (value.size != 4 && value.size != 8)
        return payload_refuse(p, -EINVAL, "Xen note %s has %lu bytes; a number has 4 or 8",
                              field->name, (unsigned long)value.size);
    memcpy(&number, value.at, value.size);
    memcpy((char *)p + field->at, &number, sizeof(number));
    return 0;
}

static int read_note(struct payload *p, uint32_t type, struct bytes value)
{
    for (size_t i = 0; i < ARRAY_SIZE(note_fields); i++) {
        const struct note_field *field = &note_fields[i];

        if (field->type != type)
            continue;
        if (!field->is_text)
            return read_number(p, field, value);
        value.size = strnlen((const char *)value.at, value.size);
        memcpy((char *)p + field->at, &value, sizeof(value));
        return 0;
    }
    return 0; /* L1_MFN_VALID, PHYS32_ENTRY and such: nothing here depends on them */
}

int notes_read(struct payload *p, struct bytes notes)
{
    Elf64_Nhdr h;
    uint64_t at = 0, value_at;

    if (notes.size > PAYLOAD_NOTES_MAX)
        return payload_refuse(p, -EINVAL,
                              "the kernel's ELF notes have %lu bytes; at most %lu are read",
                              (unsigned long)notes.size, (unsigned long)PAYLOAD_NOTES_MAX);
    while (bytes_hold(notes, at, sizeof(h))) {
        memcpy(&h, notes.at + at, sizeof(h));
        at += sizeof(h);
        value_at = at + ROUND_UP((uint64_t)h.n_namesz, 4);
        if (!bytes_hold(notes, value_at, h.n_descsz))
            return payload_refuse(p, -EINVAL, "an ELF note runs past the end of its segment");
        if (h.n_namesz == 4 && !memcmp(notes.at + at, "Xen", 4)) {
            int rc = read_note(p, h.n_type, (struct bytes){notes.at + value_at, h.n_descsz});
            if (rc)
                return rc;
            p->has_notes = true;
        }
        at = value_at + ROUND_UP((uint64_t)h.n_descsz, 4);
    }
    return 0;
}

static bool text_is(struct bytes text, const char *wanted)
{
    return text.size == strlen(wanted) && !memcmp(text.at, wanted, text.size);
}

static int check_identity(struct payload *p)
{
    if (!p->has_notes)
        return payload_refuse(p, -EINVAL,
                              "no Xen notes: this kernel was built without Xen PV support");
    if (p->entry == PAYLOAD_ABSENT)
        return payload_refuse(p, -EINVAL,
                              "no Xen note ENTRY: this kernel was built without Xen PV support");
    if (!text_is(p->xen_version, "xen-3.0"))
        return payload_refuse(p, -EINVAL, "Xen note XEN_VERSION is \"%.*s\", not \"xen-3.0\"",
                              (int)MIN(p->xen_version.size, 32), (const char *)p->xen_version.at);
    if (!text_is(p->loader, "generic") && !text_is(p->guest_os, "linux"))
        return payload_refuse(p, -EINVAL, "Xen note LOADER is \"%.*s\", not \"generic\"",
                              (int)MIN(p->loader.size, 32), (const char *)p->loader.at);
    return 0;
}

static int feature_bit(struct bytes name)
{
    for (size_t i = 0; i < ARRAY_SIZE(feature_names); i++)
        if (feature_names[i] && text_is(name, feature_names[i]))
            return (int)i;
    return -1;
}

/* Names separated by '|'; '!' before a name says the kernel cannot run without it. */
static int read_features(struct payload *p)
{
    const uint8_t *at = p->features.at, *end = at + p->features.size;

    for (const uint8_t *next; at < end; at = next + 1) {
        struct bytes name = {at, 0};
        bool is_required = *at == '!';
        int bit;

        for (next = at; next < end && *next != '|'; next++)
            ;
        name.at += is_required;
        name.size = next - name.at;
        bit = feature_bit(name);
        if (bit >= 0)
            p->features_known |= BIT(bit);
        if (bit >= 0 && is_required)
            p->features_required |= BIT(bit);
        if (bit < 0 && is_required)
            return payload_refuse(p, -EINVAL, "the kernel requires the unknown feature \"%.*s\"",
                                  (int)MIN(name.size, 48), (const char *)name.at);
    }
    return 0;
}

static int check_features(struct payload *p)
{
    int rc = p->features.size ? read_features(p) : 0;

    if (rc)
        return rc;
    if (p->features_required & BIT(XENFEAT_supervisor_mode_kernel))
        return payload_refuse(p, -EINVAL,
                              "the kernel requires supervisor mode, which a PV guest "
                              "does not have");
    if (p->features_required & BIT(XENFEAT_auto_translated_physmap))
        return payload_refuse(p, -EINVAL,
                              "the kernel requires translated memory, which a PV guest "
                              "does not have");
    if (p->supported_features != PAYLOAD_ABSENT && !(p->supported_features & BIT(XENFEAT_dom0)))
        return payload_refuse(p, -EINVAL,
                              "the kernel was built without dom0 support (Xen note "
                              "SUPPORTED_FEATURES)");
    return 0;
}

/* A guest may map [start, end): canonical, not in the hypervisor's slots, not wrapping. */
static bool is_guest_range(uint64_t start, uint64_t end)
{
    return start < end && (end <= 1ull << 47 || start >= HOLE_END);
}

/* Places the segments: a segment's virtual address is its paddr - paddr_offset + virt_base. */
static int check_place(struct payload *p)
{
    const struct payload_segment *first = &p->segment[0], *last = &p->segment[p->segments - 1];
    uint64_t size = last->paddr + last->memory_size - first->paddr, gap;

    if (p->virt_base == PAYLOAD_ABSENT)
        p->virt_base = 0;
    if (p->paddr_offset == PAYLOAD_ABSENT)
        p->paddr_offset = 0;
    if (p->virt_base % PAGE_SIZE)
        return payload_refuse(p, -EINVAL, "Xen note VIRT_BASE (%lx) is not page aligned",
                              p->virt_base);
    if (first->paddr < p->paddr_offset)
        return payload_refuse(p, -EINVAL,
                              "the kernel begins below VIRT_BASE (segment at %lx, "
                              "PADDR_OFFSET %lx)",
                              first->paddr, p->paddr_offset);
    gap = first->paddr - p->paddr_offset;
    if (gap > PAYLOAD_SPAN_MAX || size > PAYLOAD_SPAN_MAX - gap)
        return payload_refuse(p, -EINVAL, "the kernel reaches further than %lu MiB above VIRT_BASE",
                              (unsigned long)(PAYLOAD_SPAN_MAX >> 20));
    p->kernel_start = p->virt_base + gap;
    p->kernel_end = p->kernel_start + size;
    if (p->kernel_end <= p->virt_base || !is_guest_range(p->virt_base, p->kernel_end))
        return payload_refuse(p, -EINVAL,
                              "the kernel wants addresses %lx to %lx, which a guest cannot have",
                              p->virt_base, p->kernel_end);
    return 0;
}

static int check_addresses(struct payload *p)
{
    if (p->entry < p->kernel_start || p->entry >= p->kernel_end)
        return payload_refuse(p, -EINVAL, "the kernel's entry %lx is outside the kernel", p->entry);
    if (p->hypercall_page != PAYLOAD_ABSENT &&
        (p->hypercall_page % PAGE_SIZE || p->hypercall_page < p->kernel_start ||
         p->hypercall_page >= p->kernel_end || p->kernel_end - p->hypercall_page < PAGE_SIZE))
        return payload_refuse(p, -EINVAL,
                              "the kernel's hypercall page %lx is not a page of the kernel",
                              p->hypercall_page);
    if (p->hv_start_low != PAYLOAD_ABSENT && p->hv_start_low > HOLE_START)
        return payload_refuse(p, -EINVAL,
                              "the kernel wants the hypervisor at %lx or above, but it "
                              "begins at %lx",
                              p->hv_start_low, HOLE_START);
    return 0;
}

static int check_p2m(struct payload *p)
{
    if (p->init_p2m == PAYLOAD_ABSENT)
        return 0;
    if (p->init_p2m % PAGE_SIZE)
        return payload_refuse(p, -EINVAL, "Xen note INIT_P2M (%lx) is not page aligned",
                              p->init_p2m);
    if (p->init_p2m >= p->virt_base || !is_guest_range(p->init_p2m, p->init_p2m + PAGE_SIZE))
        return payload_refuse(p, -EINVAL,
                              "Xen note INIT_P2M (%lx) is not a guest address below "
                              "VIRT_BASE (%lx)",
                              p->init_p2m, p->virt_base);
    return 0;
}

int notes_check(struct payload *p)
{
    int rc = check_identity(p);

    if (!rc)
        rc = check_features(p);
    if (!rc)
        rc = check_place(p);
    if (!rc)
        rc = check_addresses(p);
    return rc ? rc : check_p2m(p);
}
