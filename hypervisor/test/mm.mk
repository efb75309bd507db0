# SPDX-License-Identifier: BSD-2-Clause
# Host tests of mm/ on a fake machine (test/mm_fake/). The same sources in several builds, which differ in
# the entries of a page table, the width of the counters, and sanitizers.
MM_FAKE   := hypervisor/test/mm_fake
MM_CFLAGS := $(HOST_CFLAGS) -fno-strict-aliasing -include stdint.h -D__XEN_INTERFACE_VERSION__=0x00040e00 \
             -D__XEN_TOOLS__ -Ihypervisor/test/no_trace -I$(MM_FAKE) -Ihypervisor
MM_HV     := $(wildcard hypervisor/mm/*.c)
MM_MODEL  := $(MM_HV) $(addprefix $(MM_FAKE)/,fake.c model.c compare.c)
MM_OPS    := $(MM_MODEL) $(addprefix $(MM_FAKE)/,choose.c tables.c pages.c ops.c)

# build: what it is compiled with
MM_fast   := -DTABLE_ENTRIES=8
MM_asan   := -DTABLE_ENTRIES=8 $(SANITIZE)
MM_full   := -DTABLE_ENTRIES=512 $(SANITIZE)
MM_narrow := -DTABLE_ENTRIES=8 -DFRAME_COUNT_BITS=3
MM_tiny   := -DTABLE_ENTRIES=2 -DFRAME_COUNT_BITS=2 -DMODEL_FRAMES=12

define mm_build
$(B)/mm/$(1)/%.o: %.c
	$$(call say,HOSTCC,$(1) $$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(MM_CFLAGS) $$(MM_$(1)) -c -o $$@ $$<

$(B)/mm/$(1)/test_%: $(B)/mm/$(1)/hypervisor/test/test_%.o
	$$(call say,HOSTLD,$$@)
	$$(Q)$$(CC) $$(MM_$(1)) -o $$@ $$^

$(B)/mm/$(1)/test_mm_random: $(B)/mm/$(1)/hypervisor/test/test_mm_random.o $(MM_OPS:%.c=$(B)/mm/$(1)/%.o)
endef
$(foreach b,fast asan full narrow tiny,$(eval $(call mm_build,$(b))))

$(B)/mm/full/test_mm_units: $(B)/mm/full/hypervisor/test/test_mm_units.o \
    $(patsubst %.c,$(B)/mm/full/%.o,$(MM_HV) $(MM_FAKE)/fake.c)
$(B)/mm/tiny/test_mm_exhaustive: $(B)/mm/tiny/hypervisor/test/test_mm_exhaustive.o \
    $(patsubst %.c,$(B)/mm/tiny/%.o,$(MM_MODEL))

MM_RANDOM := $(patsubst %,$(B)/mm/%/test_mm_random,fast asan full narrow)
MM_FUZZ   := $(if $(shell command -v clang),$(B)/mm/fuzz_mm)

$(B)/mm/fuzz_mm: hypervisor/test/fuzz_mm.c $(MM_OPS) $(wildcard hypervisor/mm/*.h $(MM_FAKE)/*.h)
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)clang $(filter-out -MMD -MP,$(MM_CFLAGS)) $(MM_asan) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

# How the script of the mutants compiles and links the two programs that have to notice them.
$(B)/mm/mutants.args: $(MM_RANDOM) $(B)/mm/full/test_mm_units hypervisor/test/mm.mk
	$(Q)printf '%s\n' '$(CC) $(filter-out -MMD -MP,$(MM_CFLAGS))' '$(MM_narrow)' '$(MM_HV)' > $@

$(B)/mm/test_mm_flush_order: hypervisor/test/test_mm_flush_order.c
	$(call say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $<

MM_TESTS := $(B)/mm/test_mm_flush_order $(B)/mm/full/test_mm_units $(B)/mm/tiny/test_mm_exhaustive

all: $(MM_TESTS) $(MM_RANDOM) $(B)/mm/mutants.args
check: $(MM_FUZZ)
CHECKS += $(MM_TESTS) hypervisor/test/check_mm_random hypervisor/test/check_mm_fuzz \
          hypervisor/test/check_mm_mutants
