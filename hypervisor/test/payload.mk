# SPDX-License-Identifier: BSD-2-Clause
# Host tests of opening dom0's kernel (core/payload.h).

PAYLOAD_LIBS := -l:liblzma.a -l:libz.a -l:libzstd.a -l:liblz4.a
PAYLOAD_SRC  := $(addprefix hypervisor/core/,payload.c bzimage.c decompress.c elf.c notes.c)
PAYLOAD_TEST := $(B)/hypervisor/test
PAYLOAD_HOST := $(PAYLOAD_SRC) hypervisor/lib/format.c hypervisor/test/payload_craft.c
PAYLOAD_HDR  := hypervisor/core/payload.h hypervisor/test/payload_craft.h
PAYLOAD_HV   := $(patsubst %,$(B)/%.o,$(PAYLOAD_SRC) \
                $(addprefix hypervisor/,core/archive_shim.c lib/format.c lib/string.c test/payload_alone.c))
# Several sources in one command: no dependency files.
PAYLOAD_CFLAGS := $(filter-out -MMD -MP,$(HOST_CFLAGS)) -Ihypervisor $(SANITIZE)
PAYLOAD_CLANG  := $(shell command -v clang)

$(PAYLOAD_TEST)/test_payload: hypervisor/test/test_payload.c $(PAYLOAD_HOST) $(PAYLOAD_HDR)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PAYLOAD_CFLAGS) -o $@ $(filter %.c,$^) $(PAYLOAD_LIBS)

$(PAYLOAD_TEST)/fuzz_payload: hypervisor/test/fuzz_payload.c $(PAYLOAD_HOST) $(PAYLOAD_HDR)
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(PAYLOAD_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^) $(PAYLOAD_LIBS)

$(PAYLOAD_TEST)/link_payload: hypervisor/test/check_payload_link $(PAYLOAD_HV) $(PAYLOAD_TEST)/test_payload
	$(Q)printf '#!/bin/sh\nexec %s %s\n' '$<' '$(PAYLOAD_HV)' >$@
	$(Q)chmod +x $@

check: $(PAYLOAD_TEST)/test_payload $(PAYLOAD_TEST)/link_payload \
       $(if $(PAYLOAD_CLANG),$(PAYLOAD_TEST)/fuzz_payload)
CHECKS += $(PAYLOAD_TEST)/test_payload $(PAYLOAD_TEST)/link_payload hypervisor/test/check_payload_fuzz
