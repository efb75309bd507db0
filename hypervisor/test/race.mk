# SPDX-License-Identifier: BSD-2-Clause
# Host tests of races (race/race.h): event/, grant/ and sched/ on the fake machine of event.mk, compiled so that another
# CPU may come before each access to memory.
RACE_TESTS  := $(patsubst hypervisor/test/%.c,$(B)/test/%,$(wildcard hypervisor/test/test_race_*.c))
RACE_CFLAGS := -Ihypervisor/test/race $(EVENT_CFLAGS) -Ihypervisor/test
RACE_STEPS  := -fsanitize=thread -Wno-tsan
RACE_OBJ    := $(EVENT_SRC:%.c=$(B)/race/%.o)
RACE_MAIN   := $(B)/race/race.o $(B)/race/steps.o

$(RACE_MAIN): $(B)/race/%.o: hypervisor/test/race/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -D_XOPEN_SOURCE=700 -c -o $@ $<

$(B)/race/hypervisor/test/%.o: hypervisor/test/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RACE_CFLAGS) -c -o $@ $<

$(B)/race/hypervisor/%.o: hypervisor/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RACE_CFLAGS) $(RACE_STEPS) -c -o $@ $<

$(RACE_TESTS): $(B)/test/%: $(B)/race/hypervisor/test/%.o $(RACE_OBJ) $(RACE_MAIN)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

$(B)/test/race_mutants.args: $(RACE_TESTS)
	$(Q)printf '%s\n' '$(CC) $(filter-out -MMD -MP,$(RACE_CFLAGS)) $(RACE_STEPS)' '$(RACE_OBJ) $(RACE_MAIN)' > $@

all: $(RACE_TESTS) $(B)/test/race_mutants.args
CHECKS += $(RACE_TESTS) hypervisor/test/check_race_mutants
