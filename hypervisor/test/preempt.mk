# SPDX-License-Identifier: BSD-2-Clause
# build/preempt/vantage: the hypervisor whose long operations stop as often as they can.
PREEMPT     := $(B)/preempt/vantage
PREEMPT_OBJ := $(filter-out %/pv/preempt.c.o,$(HV_OBJ)) $(B)/hypervisor/test/preempt_always.c.o

$(PREEMPT): $(PREEMPT_OBJ) $(B)/hypervisor/vantage.lds
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(subst $(HV_OBJ),$(PREEMPT_OBJ),$(HV_LINK)) --start-group $(HV_LIBS) --end-group -o $@

all: $(PREEMPT)
CHECKS += hypervisor/test/check_preempt
