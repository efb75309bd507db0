# SPDX-License-Identifier: BSD-2-Clause
# The hypervisor image build/vantage, and its host tests.

HV_DIRS := lib x86 trace domain mm sched event grant pv control core
HV_SRC  := $(foreach d,$(HV_DIRS),$(wildcard hypervisor/$(d)/*.c hypervisor/$(d)/*.S))
HV_SRC  := $(filter-out %.lds.S,$(HV_SRC))
HV_OBJ  := $(patsubst %,$(B)/%.o,$(HV_SRC))

# The ABI leaves the hypervisor addresses that are not in the top 2 GB, so the kernel code model is
# out: position-independent code, hidden visibility, no GOT. No red zone (interrupts arrive on our
# stack), no SSE (those registers are the guest's), frame pointers for back-traces.
HV_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -fno-strict-aliasing -fPIE -include hypervisor/lib/hidden.h \
             -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer -fno-stack-protector \
             -fcf-protection=none -fno-asynchronous-unwind-tables -Wframe-larger-than=1024 \
             -fno-delete-null-pointer-checks \
             -D__XEN_INTERFACE_VERSION__=0x00040e00 -D__XEN_TOOLS__ -Ihypervisor -I.

# Debian's decompressors, for dom0's kernel.
HV_LIBS := $(shell $(CC) -print-file-name=liblzma.a) $(shell $(CC) -print-file-name=libz.a) \
           $(shell $(CC) -print-file-name=libzstd.a)

all: $(B)/vantage

$(B)/hypervisor/%.c.o: hypervisor/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HV_CFLAGS) -MMD -MP -c $< -o $@

$(B)/hypervisor/%.S.o: hypervisor/%.S
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) -Ihypervisor -MMD -MP -c $< -o $@

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

# --- payload: the kernel in module 0 (core/payload.h) and its tests ------------------------------
HV_LIBS += $(shell $(CC) -print-file-name=liblz4.a)

PAYLOAD_LIBS := -l:liblzma.a -l:libz.a -l:libzstd.a -l:liblz4.a
PAYLOAD_SRC  := $(addprefix hypervisor/core/,payload.c bzimage.c decompress.c elf.c notes.c)
PAYLOAD_TEST := $(B)/hypervisor/test
PAYLOAD_HOST := $(PAYLOAD_SRC) hypervisor/lib/format.c hypervisor/test/payload_craft.c
PAYLOAD_HDR  := hypervisor/core/payload.h hypervisor/test/payload_craft.h
PAYLOAD_HV   := $(patsubst %,$(B)/%.o,$(PAYLOAD_SRC) \
                $(addprefix hypervisor/,core/archive_shim.c lib/format.c lib/string.c test/payload_alone.c))
# Several sources in one command: no dependency files.
PAYLOAD_CFLAGS := $(filter-out -MMD -MP,$(HOST_CFLAGS)) -Ihypervisor $(SANITIZE)
PAYLOAD_CLANG  := $(shell command -v clang)

$(PAYLOAD_TEST)/test_payload: hypervisor/test/test_payload.c $(PAYLOAD_HOST) $(PAYLOAD_HDR)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) -o $@ $(filter %.c,$^) $(PAYLOAD_LIBS)

$(PAYLOAD_TEST)/fuzz_payload: hypervisor/test/fuzz_payload.c $(PAYLOAD_HOST) $(PAYLOAD_HDR)
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(PAYLOAD_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^) $(PAYLOAD_LIBS)

$(PAYLOAD_TEST)/link_payload: hypervisor/test/check_payload_link $(PAYLOAD_HV) $(PAYLOAD_TEST)/test_payload
	$(Q)printf '#!/bin/sh\nexec %s %s\n' '$<' '$(PAYLOAD_HV)' >$@
	$(Q)chmod +x $@

check: $(PAYLOAD_TEST)/test_payload $(PAYLOAD_TEST)/link_payload \
       $(if $(PAYLOAD_CLANG),$(PAYLOAD_TEST)/fuzz_payload)
CHECKS += $(PAYLOAD_TEST)/test_payload $(PAYLOAD_TEST)/link_payload hypervisor/test/check_payload_fuzz
# --- end of payload -------------------------------------------------------------------------------
# Host tests of sched/, event/ and grant/ against a fake machine (test/event_fake/).
EVENT_TESTS  := $(patsubst hypervisor/test/%.c,$(B)/test/%,$(wildcard hypervisor/test/test_sched_*.c \
                hypervisor/test/test_event_*.c hypervisor/test/test_grant_*.c))
EVENT_FAKE   := hypervisor/test/event_fake
EVENT_SRC    := $(filter-out hypervisor/grant/pages.c,$(wildcard hypervisor/sched/*.c \
                hypervisor/event/*.c hypervisor/grant/*.c)) hypervisor/pv/vcpu_op.c \
                $(wildcard $(EVENT_FAKE)/*.c)
EVENT_OBJ    := $(patsubst %.c,$(B)/event_host/%.o,$(EVENT_SRC))
EVENT_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -fno-strict-aliasing \
                -D__XEN_INTERFACE_VERSION__=0x00040e00 -I$(EVENT_FAKE) -Ihypervisor

$(B)/event_host/%.o: %.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EVENT_CFLAGS) -c -o $@ $<

$(EVENT_TESTS): $(B)/test/%: $(B)/event_host/hypervisor/test/%.o $(EVENT_OBJ)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EVENT_CFLAGS) -o $@ $^

all: $(EVENT_TESTS)
CHECKS += $(EVENT_TESTS)

# Host tests of the devices and of what dom0 asks about them, against hardware made of variables.
# _XOPEN_SOURCE: the C library's own on_exit() stays out of sight. -fno-builtin: memcmp is one the
# sanitizer watches.
MACHINE_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -D__XEN_INTERFACE_VERSION__=0x00040e00 \
                  -D_XOPEN_SOURCE=700 -fno-builtin -Ihypervisor -Ihypervisor/test
MACHINE_OF_acpi    := x86/acpi
MACHINE_OF_time    := x86/time
MACHINE_OF_irq     := x86/irq test/machine_fake/hardware
MACHINE_OF_control := $(MACHINE_OF_irq) $(addprefix control/,irqs physdev platform version console_io)

$(B)/machine_host/%.o: hypervisor/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MACHINE_CFLAGS) -c -o $@ $<

define machine_test
$(B)/test/test_machine_$(1): $(patsubst %,$(B)/machine_host/%.o,test/test_machine_$(1) $(MACHINE_OF_$(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(SANITIZE) -o $$@ $$(filter %.o,$$^)
CHECKS += $(B)/test/test_machine_$(1)
all: $(B)/test/test_machine_$(1)
endef
$(foreach t,acpi time irq control,$(eval $(call machine_test,$(t))))
