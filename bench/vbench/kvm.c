/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/kvm.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOOPS = 2000000, INSTRUCTIONS = 2 * LOOPS, GUEST_BYTES = 4096, GOOD_MIPS = 200 };

/* mov ecx, LOOPS; 1: dec ecx; jnz 1b; hlt: in real mode, from address 0. */
static const unsigned char code[] = {
    0x66, 0xb9, LOOPS & 0xff, LOOPS >> 8 & 0xff, LOOPS >> 16 & 0xff, LOOPS >> 24,
    0x66, 0x49, 0x75, 0xfc, 0xf4,
};

struct guest {
    int kvm, vm, vcpu, run_bytes;
    void *memory;
    struct kvm_run *run;
};

static bool memory_give(struct guest *g)
{
    g->memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (g->memory == MAP_FAILED)
        return false;
    memcpy(g->memory, code, sizeof code);
    struct kvm_userspace_memory_region region = {.memory_size = GUEST_BYTES,
                                                 .userspace_addr = (uintptr_t)g->memory};
    return ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region) == 0;
}

static bool registers_set(struct guest *g)
{
    struct kvm_sregs s;
    struct kvm_regs r = {.rflags = 2};
    if (ioctl(g->vcpu, KVM_GET_SREGS, &s))
        return false;
    s.cs.base = s.cs.selector = 0;
    return ioctl(g->vcpu, KVM_SET_SREGS, &s) == 0 && ioctl(g->vcpu, KVM_SET_REGS, &r) == 0;
}

static bool guest_make(struct guest *g)
{
    *g = (struct guest){.vm = -1, .vcpu = -1, .memory = MAP_FAILED, .run = MAP_FAILED};
    g->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (g->kvm < 0 || (g->vm = ioctl(g->kvm, KVM_CREATE_VM, 0)) < 0 || !memory_give(g) ||
        (g->vcpu = ioctl(g->vm, KVM_CREATE_VCPU, 0)) < 0)
        return false;
    g->run_bytes = ioctl(g->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (g->run_bytes > 0)
        g->run = mmap(NULL, g->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, g->vcpu, 0);
    return g->run != MAP_FAILED && registers_set(g);
}

static void guest_end(struct guest *g)
{
    if (g->run != MAP_FAILED)
        munmap(g->run, g->run_bytes);
    if (g->memory != MAP_FAILED)
        munmap(g->memory, GUEST_BYTES);
    const int fds[] = {g->vcpu, g->vm, g->kvm};
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

bool kvm_probe(char **detail)
{
    struct guest g;
    double mips = 0, began;
    if (!guest_make(&g)) {
        *detail = text("no usable /dev/kvm: %s", strerror(errno));
        guest_end(&g);
        return false;
    }
    began = seconds_now();
    bool halted = ioctl(g.vcpu, KVM_RUN, 0) == 0 && g.run->exit_reason == KVM_EXIT_HLT;
    mips = INSTRUCTIONS / (seconds_now() - began) / 1e6;
    *detail = halted ? text("runs ring-0 code at %.1f million instructions/s%s", mips,
                            mips > GOOD_MIPS ? "" : ", slower than emulation: not used")
                     : text("opens, but cannot run ring-0 code");
    guest_end(&g);
    return halted && mips > GOOD_MIPS;
}
