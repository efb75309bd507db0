# SPDX-License-Identifier: BSD-2-Clause
# The hypervisor image build/vantage, and its host tests.

HV_DIRS := lib x86 trace domain mm sched event grant pv control core
HV_SRC  := $(foreach d,$(HV_DIRS),$(wildcard hypervisor/$(d)/*.c hypervisor/$(d)/*.S))
HV_OBJ  := $(patsubst %,$(B)/%.o,$(HV_SRC))

# The ABI leaves the hypervisor addresses that are not in the top 2 GB, so the kernel code model is
# out: position-independent code, hidden visibility, no GOT. No red zone (interrupts arrive on our
# stack), no SSE (those registers are the guest's), frame pointers for back-traces.
HV_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -fno-strict-aliasing -fPIE -fvisibility=hidden \
             -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer -fno-stack-protector \
             -fcf-protection=none -fno-asynchronous-unwind-tables -Wframe-larger-than=1024 \
             -fno-delete-null-pointer-checks \
             -D__XEN_INTERFACE_VERSION__=0x00040e00 -Ihypervisor -I.
