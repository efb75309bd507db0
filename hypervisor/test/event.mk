# SPDX-License-Identifier: BSD-2-Clause
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
                -I$(EVENT_FAKE) -Ihypervisor/test/no_trace -Ihypervisor
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
