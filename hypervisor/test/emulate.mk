# SPDX-License-Identifier: BSD-2-Clause
# Host tests of the emulation (pv/), on a machine of variables.
EMUL_TEST   := $(B)/hypervisor/test
EMUL_FAKE   := hypervisor/test/emulate_fake
EMUL_SRC    := $(addprefix hypervisor/pv/,decode.c fetch.c privileged.c string_io.c cpuid.c msr.c ports.c \
                 debugreg.c fpu_op.c hypercall_page.c) hypervisor/x86/pci.c $(EMUL_FAKE)/machine.c
EMUL_LIVE   := hypervisor/pv/live_write.c
EMUL_HDR    := $(wildcard hypervisor/pv/*.h hypervisor/lib/*.h hypervisor/x86/*.h hypervisor/domain/*.h \
                 $(EMUL_FAKE)/*.h $(EMUL_FAKE)/x86/*.h)
EMUL_CFLAGS := $(filter-out -MMD -MP,$(HOST_CFLAGS)) $(SANITIZE) -fno-strict-aliasing \
                 -D__XEN_INTERFACE_VERSION__=0x00040e00 -I$(EMUL_FAKE) -Ihypervisor/test/no_trace -Ihypervisor
EMUL_TESTS  := $(patsubst hypervisor/test/%.c,$(EMUL_TEST)/%,$(wildcard hypervisor/test/test_emulate_*.c))
EMUL_FUZZ   := $(if $(shell command -v clang),$(EMUL_TEST)/fuzz_emulate)

$(EMUL_TEST)/test_emulate_live: $(EMUL_LIVE)
$(EMUL_TESTS): $(EMUL_TEST)/%: hypervisor/test/%.c $(EMUL_SRC) $(EMUL_HDR)
	$(call say,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(EMUL_CFLAGS) -o $@ $(filter %.c,$^)

$(EMUL_TEST)/fuzz_emulate: hypervisor/test/fuzz_emulate.c $(EMUL_SRC) $(EMUL_LIVE) $(EMUL_HDR)
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)clang $(EMUL_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

all: $(EMUL_TESTS)
check: $(EMUL_FUZZ)
CHECKS += $(EMUL_TESTS) hypervisor/test/check_emulate_fuzz
