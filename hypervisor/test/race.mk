# SPDX-License-Identifier: BSD-2-Clause
# Host tests of races (race/race.h): event/, grant/ and sched/ on the fake machine of event.mk, compiled so that another
# CPU may come before each atomic access.
RACE_TESTS  := $(patsubst hypervisor/test/%.c,$(B)/test/%,$(wildcard hypervisor/test/test_race_*.c))
RACE_CFLAGS := -Ihypervisor/test/race $(EVENT_CFLAGS) -Ihypervisor/test -include hypervisor/test/race/steps.h
RACE_OBJ    := $(EVENT_SRC:%.c=$(B)/race/%.o)

$(B)/test/race.o: hypervisor/test/race/race.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -D_XOPEN_SOURCE=700 -c -o $@ $<

$(B)/race/%.o: %.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RACE_CFLAGS) -c -o $@ $<

$(RACE_TESTS): $(B)/test/%: $(B)/race/hypervisor/test/%.o $(RACE_OBJ) $(B)/test/race.o
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

$(B)/test/race_mutants.args: $(RACE_TESTS)
	$(Q)printf '%s\n' '$(CC) $(filter-out -MMD -MP,$(RACE_CFLAGS))' '$(RACE_OBJ) $(B)/test/race.o' > $@

all: $(RACE_TESTS) $(B)/test/race_mutants.args
CHECKS += $(RACE_TESTS) hypervisor/test/check_race_mutants
