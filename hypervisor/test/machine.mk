# SPDX-License-Identifier: BSD-2-Clause
# Host tests of the devices and of what dom0 asks about them, against hardware made of variables.
# _XOPEN_SOURCE: the C library's own on_exit() stays out of sight. -fno-builtin: memcmp is one the
# sanitizer watches.
MACHINE_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -D__XEN_INTERFACE_VERSION__=0x00040e00 -D__XEN_TOOLS__ \
                  -D_XOPEN_SOURCE=700 -fno-builtin -Ihypervisor/test/no_trace -Ihypervisor -Ihypervisor/test
MACHINE_TESTS      := acpi time irq control
MACHINE_OF_acpi    := x86/acpi
MACHINE_OF_time    := x86/time
MACHINE_OF_irq     := x86/irq test/machine_fake/hardware
MACHINE_OF_control := $(MACHINE_OF_irq) $(addprefix control/,irqs physdev platform version console_io) x86/console_log

machine_objects = $(patsubst %,$(B)/machine_host/%.o,test/test_machine_$(1) $(MACHINE_OF_$(1)))

$(B)/machine_host/%.o: hypervisor/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MACHINE_CFLAGS) -c -o $@ $<

define machine_test
$(B)/test/test_machine_$(1): $(call machine_objects,$(1))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(SANITIZE) -o $$@ $$(filter %.o,$$^)
CHECKS += $(B)/test/test_machine_$(1)
all: $(B)/test/test_machine_$(1)
endef
$(foreach t,$(MACHINE_TESTS),$(eval $(call machine_test,$(t))))

# Faults put in one at a time: how the mutants are compiled, and the objects of each test.
$(B)/test/machine_mutants.args: hypervisor/test/machine.mk \
                               $(patsubst %,$(B)/test/test_machine_%,$(MACHINE_TESTS))
	$(Q)echo 'cc $(CC) $(filter-out -MMD -MP,$(MACHINE_CFLAGS))' >$@
	$(Q)$(foreach t,$(MACHINE_TESTS),echo '$(t) $(call machine_objects,$(t))' >>$@;)
all: $(B)/test/machine_mutants.args
CHECKS += hypervisor/test/check_machine_mutants
