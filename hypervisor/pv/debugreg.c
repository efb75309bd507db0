/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug registers of a vCPU.
 *
 * The hardware holds a vCPU's breakpoints only while it runs and only when DR7 enables one, so that
 * the usual switch costs one test. DR6 is never loaded: what the hardware reports is merged into
 * the vCPU's.
 *
 * [debug.outside] no armed address is in the hypervisor's hole, nor non-canonical: processors that
 * compare fewer bits than they store would match it there [debug.plain]   GD is clear and no I/O
 * breakpoint is ever armed: both would trap the hypervisor's own instructions
 */
#include "pv/emulate.h"

#include "hypercalls.h"
#include "x86/special_registers.h"

enum {
    DR6_BS = 1 << 14,
    DR6_REPORT = 0xe00f, /* B0-B3, BD, BS, BT */
    DR7_ENABLED = 0xff,  /* local and global enable of the four */
    DR7_GD = 1 << 13,
    DR7_RESERVED = 1 << 11 | 1 << 12 | 3 << 14, /* RTM debugging among them */
    TYPE_EXECUTE = 0,
    TYPE_IO = 2,
};

static bool address_ok(uint64_t a)
{
    bool canonical = (uint64_t)((int64_t)(a << 16) >> 16) == a;

    return canonical && (a < HOLE_START || a >= HOLE_END);
}

static int control_check(uint64_t *dr7)
{
    uint64_t value = *dr7;

    if (value >> 32)
        return -EINVAL;
    if (value & DR7_GD)
        return -EPERM;
    value = (value & ~(uint64_t)DR7_RESERVED) | DR7_ONES;
    for (unsigned i = 0; i < 4; i++) {
        unsigned type = value >> (16 + 4 * i) & 3;

        if (type == TYPE_IO)
            return -EPERM;
        if (type == TYPE_EXECUTE) /* its length must be coded as 1 (SDM vol. 3, 17.2.4) */
            value &= ~(3ull << (18 + 4 * i));
    }
    *dr7 = value;
    return 0;
}

/* DR4 and DR5 are other names of DR6 and DR7 unless CR4.DE is set. */
static int register_number(const struct vcpu *v, unsigned *reg)
{
    if (*reg > 7)
        return -ENODEV;
    if (*reg == 4 || *reg == 5) {
        if (v->cr4 & CR4_DE)
            return -ENODEV;
        *reg += 2;
    }
    return 0;
}

int debugreg_set(struct vcpu *v, unsigned reg, uint64_t value)
{
    int rc = register_number(v, &reg);

    if (rc)
        return rc;
    if (reg < 4 && !address_ok(value))
        return -EPERM;
    if (reg == 6 && value >> 32)
        return -EINVAL;
    if (reg == 6)
        value = (value & DR6_REPORT) | DR6_ONES;
    if (reg == 7)
        rc = control_check(&value);
    if (!rc)
        v->dr[reg] = value;
    return rc;
}

void debugreg_reset(struct vcpu *v)
{
    for (unsigned i = 0; i < 8; i++)
        v->dr[i] = 0;
    v->dr[6] = DR6_ONES;
    v->dr[7] = DR7_ONES;
}

void debugreg_load(const struct vcpu *v)
{
    if (!(v->dr[7] & DR7_ENABLED))
        return;
    write_dr0(v->dr[0]);
    write_dr1(v->dr[1]);
    write_dr2(v->dr[2]);
    write_dr3(v->dr[3]);
    write_dr6(DR6_ONES);
    write_dr7(v->dr[7]);
}

void debugreg_unload(const struct vcpu *v)
{
    if (v->dr[7] & DR7_ENABLED)
        write_dr7(DR7_ONES);
}

int debugreg_write(struct vcpu *v, unsigned reg, uint64_t value)
{
    debugreg_unload(v); /* nothing is armed with half of a change */
    int rc = debugreg_set(v, reg, value);
    debugreg_load(v);
    return rc;
}

int debugreg_read(const struct vcpu *v, unsigned reg, uint64_t *value)
{
    int rc = register_number(v, &reg);

    *value = rc ? 0 : v->dr[reg];
    return rc;
}

uint64_t debug_trap(struct vcpu *v)
{
    uint64_t report = read_dr6() & DR6_REPORT;

    write_dr6(DR6_ONES);
    v->dr[6] |= report;
    return report;
}

void debug_step(struct vcpu *v)
{
    v->dr[6] |= DR6_BS;
}

long hc_set_debugreg(struct vcpu *v, uint32_t reg, uint64_t value)
{
    return debugreg_write(v, reg, value);
}

long hc_get_debugreg(struct vcpu *v, uint32_t reg)
{
    uint64_t value;
    int rc = debugreg_read(v, reg, &value);

    return rc ? rc : (long)value;
}
