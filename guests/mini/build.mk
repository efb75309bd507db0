# SPDX-License-Identifier: BSD-2-Clause
# The mini guests build/guests/mini/<program>: each is one ELF that boots in dom0's place or as another domain.
# A new program is a name in MINI_PROGRAMS and a line MINI_<name>, its sources beside the library's.

MINI_PROGRAMS := hello abi hostile hyper steady worker keeper
MINI_LIB      := $(wildcard guests/mini/lib/*.c) guests/mini/lib/head.S guests/mini/lib/notes.S guests/mini/string.c
MINI_hello    := $(wildcard guests/mini/hello/*.c) guests/mini/lib/hypercall_page.S
MINI_abi      := $(wildcard guests/mini/abi/*.c guests/mini/abi/*.S)
MINI_hostile  := $(wildcard guests/mini/hostile/*.c) guests/mini/lib/init_p2m.S
MINI_steady   := guests/mini/steady/steady.c
MINI_hyper    := $(wildcard guests/mini/hyper/*.c guests/mini/hyper/*.S)
MINI_worker   := $(wildcard guests/mini/worker/*.c)
MINI_keeper   := $(wildcard guests/mini/keeper/*.c)

# Many workers run at once: each fits into 4 MiB.
$(B)/guests/mini/worker: MINI_LINK := -Wl,--defsym=arena_bytes=0x20000

# Linked in the top 2 GB, no red zone (bounce frames land on our stack), no SSE.
MINI_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -fno-strict-aliasing -mcmodel=kernel \
               -fno-pic -mno-red-zone -mgeneral-regs-only -fno-omit-frame-pointer \
               -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
               -fno-delete-null-pointer-checks -I. -Ihypervisor \
               -D__XEN_INTERFACE_VERSION__=0x00040e00 -D__XEN_TOOLS__ -ffile-prefix-map=$(CURDIR)=.

$(B)/guests/mini/obj/%.c.o: guests/mini/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(MINI_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/guests/mini/obj/%.S.o: guests/mini/%.S
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(MINI_CFLAGS) -D__ASSEMBLY__ -MMD -MP -c -o $@ $<

# The hypervisor's string functions serve a guest as well.
$(B)/guests/mini/obj/string.c.o: hypervisor/lib/string.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(MINI_CFLAGS) -MMD -MP -c -o $@ $<

mini_objects = $(patsubst guests/mini/%,$(B)/guests/mini/obj/%.o,$(1))

define MINI_PROGRAM
$(B)/guests/mini/$(1): $(call mini_objects,$(MINI_LIB) $(MINI_$(1))) guests/mini/lib/mini.lds
	$$(call say,LD,$$@)
	$$(Q)$$(CC) -nostdlib -static -no-pie -Wl,--build-id=none,-z,max-page-size=4096 \
	    -Wl,--no-warn-rwx-segments $$(MINI_LINK) -T guests/mini/lib/mini.lds -o $$@ $$(filter %.o,$$^)
endef
$(foreach p,$(MINI_PROGRAMS),$(eval $(call MINI_PROGRAM,$(p))))

all: $(addprefix $(B)/guests/mini/,$(MINI_PROGRAMS))

# How the hypervisor is made, for a script that makes it with a fault.
$(B)/guests/mini/mutants.args: $(HV_OBJ) $(B)/hypervisor/vantage.lds
	@mkdir -p $(@D)
	$(Q)printf '%s\n' '$(CC) $(HV_CFLAGS)' '$(filter-out $(HV_OBJ),$(HV_LINK))' '$(HV_OBJ)' \
	    '$(HV_LIBS)' > $@

all: $(B)/guests/mini/mutants.args
CHECKS += guests/mini/check guests/mini/check_mutants guests/mini/check_many
