# SPDX-License-Identifier: BSD-2-Clause
# A host test of x86/smp.c whose CPUs are coroutines (race/race.h). Only what flushes take part in is linked: the rest
# of the file starts and stops real processors, and goes with its sections.
SMP_CFLAGS := $(HOST_CFLAGS) -fno-builtin -ffunction-sections -fdata-sections -Ihypervisor/test/smp_fake \
              -Ihypervisor/test/race -Ihypervisor/test -Ihypervisor/test/no_trace -Ihypervisor
SMP_STEPS  := $(RACE_STEPS) -include fake_cpus.h

$(B)/smp_host/smp.o: hypervisor/x86/smp.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SMP_CFLAGS) $(SMP_STEPS) -c -o $@ $<

$(B)/smp_host/test_smp_flush.o: hypervisor/test/test_smp_flush.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SMP_CFLAGS) -c -o $@ $<

$(B)/test/test_smp_flush: $(B)/smp_host/test_smp_flush.o $(B)/smp_host/smp.o $(RACE_MAIN)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -Wl,--gc-sections -o $@ $^

$(B)/test/smp_mutants.args: $(B)/test/test_smp_flush
	$(Q)printf '%s\n' '$(CC) $(filter-out -MMD -MP,$(SMP_CFLAGS)) -w $(SMP_STEPS)' '$(RACE_MAIN)' > $@

all: $(B)/test/test_smp_flush $(B)/test/smp_mutants.args
CHECKS += $(B)/test/test_smp_flush hypervisor/test/check_smp_mutants
