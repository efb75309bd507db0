# SPDX-License-Identifier: BSD-2-Clause
# The hypervisor image build/vantage, and its host tests.

HV_DIRS := lib x86 trace domain mm sched event grant pv control core
HV_SRC  := $(foreach d,$(HV_DIRS),$(wildcard hypervisor/$(d)/*.c hypervisor/$(d)/*.S))
HV_SRC  := $(filter-out %.lds.S,$(HV_SRC))
HV_OBJ  := $(patsubst %,$(B)/%.o,$(HV_SRC))

# The ABI leaves the hypervisor addresses that are not in the top 2 GB, so the kernel code model is
# out: position-independent code, hidden visibility, no GOT. No red zone (interrupts arrive on our
# stack), no SSE (those registers are the guest's), frame pointers for back-traces.
# `make NO_POINTS=1 B=build/untraced build/untraced/vantage`: without trace points, for bench/trace_cost.
HV_POINTS := $(if $(NO_POINTS),-Ihypervisor/test/no_points)
HV_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -fno-strict-aliasing -fPIE -include hypervisor/lib/hidden.h \
             -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer -fno-stack-protector \
             -fcf-protection=none -fno-asynchronous-unwind-tables -Wframe-larger-than=1024 \
             -fno-delete-null-pointer-checks \
             -D__XEN_INTERFACE_VERSION__=0x00040e00 -D__XEN_TOOLS__ $(HV_POINTS) -Ihypervisor -I.
$(B)/hypervisor/trace/%.c.o: HV_CFLAGS := $(filter-out $(HV_POINTS),$(HV_CFLAGS))

# The hot folders: worth 0.5 to 1 % of the fork, pipe, mapping and fault rows.
$(B)/hypervisor/mm/%.c.o $(B)/hypervisor/pv/%.c.o $(B)/hypervisor/x86/access.c.o: HV_CFLAGS += -O3

# Debian's decompressors, for dom0's kernel.
HV_LIBS := $(shell $(CC) -print-file-name=liblzma.a) $(shell $(CC) -print-file-name=libz.a) \
           $(shell $(CC) -print-file-name=libzstd.a) $(shell $(CC) -print-file-name=liblz4.a)

all: $(B)/vantage

$(B)/hypervisor/%.c.o: hypervisor/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HV_CFLAGS) -MMD -MP -c $< -o $@

$(B)/hypervisor/%.S.o: hypervisor/%.S
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) $(HV_POINTS) -Ihypervisor -I. -MMD -MP -c $< -o $@

$(B)/hypervisor/vantage.lds: hypervisor/x86/hypervisor.lds.S hypervisor/x86/layout.h
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -Ihypervisor -x c $< -o $@

HV_LINK = ld --no-relax -nostdlib -static -z noexecstack -z max-page-size=4096 --no-warn-rwx-segments \
          -T $(B)/hypervisor/vantage.lds $(HV_OBJ)

# Linked twice: the names of our functions, for back-traces, come from the first image. They lie behind
# the text, so the text does not move.
$(B)/hypervisor/vantage.1: $(HV_OBJ) $(B)/hypervisor/vantage.lds
	$(Q)$(HV_LINK) --start-group $(HV_LIBS) --end-group -o $@

$(B)/hypervisor/symbols.S: $(B)/hypervisor/vantage.1
	$(Q)nm -n $< | awk '$$2 ~ /[tT]/ { n++; a[n] = $$1; s[n] = $$3 } END { \
	    print ".section .symbols, \"a\""; \
	    for (i = 1; i <= n; i++) printf ".quad 0x%s, name_%d\n", a[i], i; \
	    print ".section .rodata, \"a\""; \
	    for (i = 1; i <= n; i++) printf "name_%d: .asciz \"%s\"\n", i, s[i] }' > $@

$(B)/vantage: $(B)/hypervisor/symbols.S
	$(call say,LD,$@)
	$(Q)$(CC) -c $< -o $(B)/hypervisor/symbols.o
	$(Q)$(HV_LINK) $(B)/hypervisor/symbols.o --start-group $(HV_LIBS) --end-group -o $@

# Host tests, one file of rules for each area.
include $(wildcard hypervisor/test/*.mk)
