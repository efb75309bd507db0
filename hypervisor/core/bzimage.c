/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bzImage container: where in the file the packed kernel lies.
 *
 *   0        0x1f1 setup header        (setup_sects + 1) * 512                            end
 *   | boot sector | real-mode code ... | protected-mode code | payload | protected-mode code |
 *                                      |<-- payload_offset ->|<-- payload_length -->|
 */
#include "core/payload.h"
#include "lib/errno.h"
#include "lib/string.h"

/* File offsets of the setup header's fields (Linux boot protocol). */
enum {
    SETUP_SECTORS = 0x1f1, /* u8, 0 means 4 */
    BOOT_FLAG = 0x1fe,     /* u16 */
    MAGIC = 0x202,         /* u32, "HdrS" */
    VERSION = 0x206,       /* u16 */
    PAYLOAD_OFFSET = 0x248,
    PAYLOAD_LENGTH = 0x24c,
    HEADER_END = 0x250,
};

enum { BOOT_FLAG_VALUE = 0xaa55, VERSION_WITH_PAYLOAD = 0x208 };

static unsigned read16(struct bytes file, size_t offset)
{
    return file.at[offset] | file.at[offset + 1] << 8;
}

static uint32_t read32(struct bytes file, size_t offset)
{
    return read16(file, offset) | (uint32_t)read16(file, offset + 2) << 16;
}

bool bzimage_is(struct bytes module)
{
    return bytes_hold(module, 0, MAGIC + 4) && read16(module, BOOT_FLAG) == BOOT_FLAG_VALUE &&
           !memcmp(module.at + MAGIC, "HdrS", 4);
}

int bzimage_find(struct payload *p, struct bytes module, struct bytes *packed)
{
    uint64_t start, length;
    unsigned sectors, version;

    if (!bytes_hold(module, 0, HEADER_END))
        return payload_refuse(p, -EINVAL,
                              "the bzImage ends inside its setup header: the file is truncated");
    version = read16(module, VERSION);
    if (version < VERSION_WITH_PAYLOAD)
        return payload_refuse(p, -EINVAL,
                              "the bzImage has boot protocol %u.%02u; 2.08 or later "
                              "(Linux 2.6.26) is needed",
                              version >> 8, version & 0xff);
    sectors = module.at[SETUP_SECTORS] ? module.at[SETUP_SECTORS] : 4;
    start = (sectors + 1) * 512ull + read32(module, PAYLOAD_OFFSET);
    length = read32(module, PAYLOAD_LENGTH);
    if (!length)
        return payload_refuse(p, -EINVAL, "the bzImage has no payload");
    if (!bytes_hold(module, start, length))
        return payload_refuse(p, -EINVAL,
                              "the bzImage's payload ends at byte %lu, but the file "
                              "has %lu: it is truncated",
                              start + length, (unsigned long)module.size);
    *packed = (struct bytes){module.at + start, length};
    return 0;
}
