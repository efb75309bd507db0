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

# Host tests of sched/, event/ and grant/ against a fake machine (test/event_fake/). Built twice: with
# sanitizers, and without them for the long random walks and for the mutants.
EVENT_TESTS  := $(patsubst hypervisor/test/%.c,$(B)/test/%,$(wildcard hypervisor/test/test_sched_*.c \
                hypervisor/test/test_event_*.c hypervisor/test/test_grant_*.c))
EVENT_LONG   := $(B)/test/long_event_model $(B)/test/long_grant_model
EVENT_FAKE   := hypervisor/test/event_fake
EVENT_SRC    := $(filter-out hypervisor/grant/pages.c,$(wildcard hypervisor/sched/*.c \
                hypervisor/event/*.c hypervisor/grant/*.c)) hypervisor/pv/vcpu_op.c \
                $(wildcard $(EVENT_FAKE)/*.c)
EVENT_CFLAGS := $(HOST_CFLAGS) -fno-strict-aliasing -D__XEN_INTERFACE_VERSION__=0x00040e00 \
                -I$(EVENT_FAKE) -Ihypervisor
EVENT_OBJ    := $(EVENT_SRC:%.c=$(B)/event_host/%.o)
EVENT_FAST   := $(EVENT_SRC:%.c=$(B)/event_fast/%.o)

$(B)/event_host/%.o: %.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EVENT_CFLAGS) $(SANITIZE) -c -o $@ $<

$(B)/event_fast/%.o: %.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EVENT_CFLAGS) $(if $(MODEL_STEPS),-DMODEL_STEPS=$(MODEL_STEPS)) -c -o $@ $<

$(B)/event_fast/hypervisor/test/test_event_model.o: MODEL_STEPS := 50000000
$(B)/event_fast/hypervisor/test/test_grant_model.o: MODEL_STEPS := 5000000

$(EVENT_TESTS): $(B)/test/%: $(B)/event_host/hypervisor/test/%.o $(EVENT_OBJ)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -pthread -o $@ $^

$(EVENT_LONG): $(B)/test/long_%: $(B)/event_fast/hypervisor/test/test_%.o $(EVENT_FAST)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

# A script of its own compiles each mutant with these.
$(B)/test/event_mutants.args: $(EVENT_FAST) $(EVENT_TESTS:$(B)/test/%=$(B)/event_fast/hypervisor/test/%.o)
	$(Q)printf '%s\n' '$(CC) $(EVENT_CFLAGS)' '$(EVENT_FAST)' > $@

all: $(EVENT_TESTS) $(EVENT_LONG) $(B)/test/event_mutants.args
CHECKS += $(EVENT_TESTS) $(EVENT_LONG) hypervisor/test/check_event_mutants
