# SPDX-License-Identifier: BSD-2-Clause
# Host tests of the devices and of what dom0 asks about them, against hardware made of variables.
# _XOPEN_SOURCE: the C library's own on_exit() stays out of sight. -fno-builtin: memcmp is one the
# sanitizer watches.
MACHINE_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -D__XEN_INTERFACE_VERSION__=0x00040e00 \
                  -D_XOPEN_SOURCE=700 -fno-builtin -Ihypervisor/test/no_trace -Ihypervisor -Ihypervisor/test
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
