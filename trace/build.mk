# SPDX-License-Identifier: BSD-2-Clause
# vtrace, which reads traces, and the tests of the trace: its ring, its files.

VTRACE_SRC := $(wildcard trace/vtrace/*.c)
VTRACE_OBJ := $(patsubst %.c,$(B)/%.o,$(VTRACE_SRC))

$(B)/trace/%.o: trace/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(B)/bin/vtrace: $(VTRACE_OBJ)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^

all: $(B)/bin/vtrace

# --- The ring's tests: the hypervisor's own objects, run on the host -------------------------------
RING_OBJ    := $(addprefix $(B)/trace/test/,ring.c.o emit.S.o) $(B)/hypervisor/x86/restart.c.o
RING_CFLAGS := $(HOST_CFLAGS) -Ihypervisor -mno-red-zone
RING_TESTS  := $(addprefix $(B)/test/,test_ring_step test_ring_stress)

$(B)/trace/test/%.o: trace/test/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -c -o $@ $<

# The code under test in a section of its own, so that the test knows where it begins and ends.
$(B)/trace/test/%.o: $(B)/hypervisor/trace/%.o
	$(Q)mkdir -p $(@D)
	$(Q)objcopy --rename-section .text=trace_code $< $@

$(RING_TESTS): $(B)/test/%: $(B)/trace/test/%.o $(B)/trace/test/host.o $(RING_OBJ)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -no-pie -pthread -o $@ $^

all: $(RING_TESTS)
CHECKS += $(RING_TESTS) trace/test/check_ring_mutants
