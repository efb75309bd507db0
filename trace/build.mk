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
