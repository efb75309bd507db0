/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control bits a guest owns: CR0.TS and two bits of CR4.
 *
 * Floating-point state is switched eagerly, so the hypervisor itself never sets TS.
 * [control.owned] while a vCPU runs, CR0.TS equals its cr0_ts and CR4 & CR4_GUEST its cr4.
 */
#include "pv/emulate.h"

#include "hypercalls.h"
#include "x86/special_registers.h"

static void ts_load(bool set)
{
    if (set)
        write_cr0(read_cr0() | CR0_TS);
    else
        clts();
}

void control_load(const struct vcpu *v)
{
    uint64_t cr4 = read_cr4();

    if ((read_cr0() & CR0_TS) != v->cr0_ts)
        ts_load(v->cr0_ts);
    if ((cr4 & CR4_GUEST) != v->cr4)
        write_cr4((cr4 & ~CR4_GUEST) | v->cr4);
}

void ts_write(struct vcpu *v, bool set)
{
    if (!!v->cr0_ts == set)
        return;
    v->cr0_ts = set ? CR0_TS : 0;
    ts_load(set);
}

bool ts_trap(struct vcpu *v)
{
    if (!v->cr0_ts)
        return false;
    ts_write(v, false);
    return true;
}

long hc_fpu_taskswitch(struct vcpu *v, uint32_t set)
{
    ts_write(v, set != 0);
    return 0;
}
