# SPDX-License-Identifier: BSD-2-Clause
# The harness build/bin/vbench, the guest-side benchmark programs, and their host tests.

MICRO_SRC := $(filter-out bench/micro/hello.c,$(wildcard bench/micro/*.c))
MICRO_OBJ := $(patsubst %.c,$(B)/%.o,$(MICRO_SRC))

# The same bytes wherever they are built: no path of the build machine may get into the image.
MICRO_CFLAGS := -std=gnu11 -O2 $(WARN) -I. -fno-pie -fcf-protection=none -fno-stack-protector \
                -ffile-prefix-map=$(CURDIR)=.

$(B)/bench/micro/%.o: bench/micro/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -MMD -MP -c $< -o $@

$(B)/bench/micro/micro: $(MICRO_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) -static -no-pie -s -Wl,--build-id=none -o $@ $^

$(B)/bench/micro/hello: bench/micro/hello.c
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -static -nostdlib -no-pie -s -Wl,--build-id=none -Wl,-z,noseparate-code \
	    -o $@ $<
