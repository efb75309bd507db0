# SPDX-License-Identifier: BSD-2-Clause
# vtrace, which reads traces, and the tests of the trace: its ring, its files.

VTRACE_SRC  := $(wildcard trace/vtrace/*.c trace/vtrace/*/*.c)
VTRACE_OBJ  := $(patsubst %.c,$(B)/%.o,$(VTRACE_SRC))
VTRACE_LIBS := -ljansson -lsqlite3 -lelf -lm -lxenstore -lxencall -lxenforeignmemory -lxentoolcore -lxentoollog
# Programs that read a live ring do it with the hypervisor's own code, which is written for its include path.
READ_CFLAGS := -Ihypervisor

$(B)/trace/%.o: trace/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(B)/trace/vtrace/live/%.o: HOST_CFLAGS += $(READ_CFLAGS)

$(B)/trace/vtrace/read.o: hypervisor/trace/read.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(READ_CFLAGS) -c -o $@ $<

# Static: it is also copied into machines that have none of its libraries.
$(B)/bin/vtrace: $(VTRACE_OBJ) $(B)/trace/vtrace/read.o
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -static -Wl,--no-warnings -o $@ $^ $(VTRACE_LIBS)

all: $(B)/bin/vtrace

# --- The ring's tests: the hypervisor's own objects, run on the host -------------------------------
RING_OBJ    := $(addprefix $(B)/trace/test/,ring.c.o read.c.o emit.S.o emissions.code.o) $(B)/hypervisor/x86/restart.c.o
RING_CFLAGS := $(HOST_CFLAGS) -Ihypervisor -mno-red-zone
RING_TESTS  := $(addprefix $(B)/test/,test_ring_step test_ring_torn test_ring_stress)

$(B)/trace/test/%.o: trace/test/%.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -c -o $@ $<

# The code under test in a section of its own, so that the test knows where it begins and ends.
$(B)/trace/test/%.o: $(B)/hypervisor/trace/%.o
	$(Q)mkdir -p $(@D)
	$(Q)objcopy --rename-section .text=trace_code $< $@

$(B)/trace/test/emissions.code.o: $(B)/trace/test/emissions.o
	$(Q)objcopy --rename-section .text=trace_code $< $@

$(RING_TESTS): $(B)/test/%: $(B)/trace/test/%.o $(B)/trace/test/code.o $(B)/trace/test/host.o $(RING_OBJ)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -no-pie -pthread -o $@ $^

all: $(RING_TESTS)
CHECKS += $(RING_TESTS) trace/test/check_ring_mutants

# --- What a boot finds of the one before it, with a direct map of the host ---------------------------
PREVIOUS_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -fno-builtin -Itrace/test/fake -Ihypervisor -Ihypervisor/test

$(B)/trace/test/test_previous.o: RING_CFLAGS := $(PREVIOUS_CFLAGS)

$(B)/trace/test/previous.o: hypervisor/core/previous.c
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PREVIOUS_CFLAGS) -c -o $@ $<

$(B)/test/test_previous: $(B)/trace/test/test_previous.o $(B)/trace/test/previous.o
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^

$(B)/test/previous_mutants.args: $(B)/test/test_previous
	$(Q)echo '$(CC) $(filter-out -MMD -MP,$(PREVIOUS_CFLAGS)) -O0 -w' >$@

all: $(B)/test/previous_mutants.args
CHECKS += $(B)/test/test_previous trace/test/check_previous_mutants

# --- The writer of docs/EVENTS.md, and a workload with everything on ----------------------------
$(B)/trace/docs: $(B)/trace/docs.o
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $<

TRACE        ?= all
TRACE_FILE   := $(B)/trace/run.vtr
TRACE_RUN    ?= bench:null_call+fork_exit+fork_exec+pipe_latency

.PHONY: trace
trace: $(B)/vantage $(B)/bin/vtrace $(B)/guests/vmlinuz $(B)/guests/System.map $(B)/guests/initrd.gz ## a short workload with tracing on, and its report
	$(Q)mkdir -p $(B)/trace
	$(call say,RUN,dom0 with trace=$(TRACE): $(TRACE_RUN))
	$(Q)timeout 300 qemu-system-x86_64 -accel tcg -cpu qemu64 -m 1024 -nographic -no-reboot -nic none \
	    -chardev file,id=trace,path=$(TRACE_FILE) -device isa-debugcon,chardev=trace,iobase=0xe9 \
	    -kernel $(B)/vantage \
	    -append "console=com1 dom0_mem=512M noreboot trace=$(TRACE) trace_buf=32M trace_out=debugcon" \
	    -initrd "$(B)/guests/vmlinuz console=hvc0 quiet panic=-1 vtg.run=$(TRACE_RUN),$(B)/guests/initrd.gz" \
	    </dev/null >$(B)/trace/console.log || { tail -20 $(B)/trace/console.log; exit 1; }
	$(Q)$(B)/bin/vtrace report $(TRACE_FILE) || [ $$? -eq 3 ]
	$(Q)$(B)/bin/vtrace export ctf -o $(B)/trace/run.ctf $(TRACE_FILE) >/dev/null || [ $$? -eq 3 ]
	$(Q)$(B)/bin/vtrace export perfetto -o $(B)/trace/run.perfetto $(TRACE_FILE) >/dev/null || [ $$? -eq 3 ]
	$(Q)$(B)/bin/vtrace flame -s $(B)/guests/System.map -o $(B)/trace/run.svg $(TRACE_FILE) >/dev/null || [ $$? -eq 3 ]
	@echo "the trace: $(TRACE_FILE)   for babeltrace2: $(B)/trace/run.ctf   for ui.perfetto.dev: $(B)/trace/run.perfetto"
	@echo "the flame graph: $(B)/trace/run.svg"

# --- vtrace's own tests ---------------------------------------------------------------------------
$(B)/test/make_trace: $(B)/trace/test/make_trace.o $(B)/trace/test/host.o $(B)/hypervisor/trace/schema.c.o $(RING_OBJ)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -no-pie -o $@ $^

$(B)/test/write_trace: $(B)/trace/test/write_trace.o $(B)/hypervisor/trace/schema.c.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -no-pie -o $@ $^

$(B)/trace/sanitized/%.o: trace/%.c
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(SANITIZE) -c -o $@ $<

$(B)/trace/sanitized/vtrace/live/%.o: HOST_CFLAGS += $(READ_CFLAGS)

$(B)/test/vtrace_sanitized: $(VTRACE_SRC:trace/%.c=$(B)/trace/sanitized/%.o) $(B)/trace/vtrace/read.o
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(SANITIZE) -o $@ $^ $(VTRACE_LIBS)

$(B)/test/test_descriptor: $(B)/trace/test/test_descriptor.o $(B)/trace/test/host.o $(RING_OBJ)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RING_CFLAGS) -no-pie -o $@ $^

all: $(B)/test/make_trace $(B)/test/write_trace $(B)/test/vtrace_sanitized $(B)/test/test_descriptor
CHECKS += trace/test/check_sites trace/test/check_sequences trace/test/check_vtrace trace/test/check_verbs trace/test/check_ring_stages trace/test/check_export trace/test/check_descriptor \
          trace/test/check_long_trace trace/test/check_symbols trace/test/check_dump trace/test/check_selftest trace/test/check_events trace/test/check_two trace/test/check_classes trace/test/check_diff
all: $(DEB)/xen-utils-common.done

# The reader under libFuzzer; all of vtrace but its main().
$(B)/test/fuzz_vtrace: trace/test/fuzz_vtrace.c $(filter-out %/main.c,$(VTRACE_SRC)) $(B)/trace/vtrace/read.o $(B)/hypervisor/trace/schema.c.o \
                       $(wildcard trace/vtrace/*.h trace/vtrace/*/*.h)
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(filter-out -MMD -MP,$(HOST_CFLAGS)) $(READ_CFLAGS) $(SANITIZE) -fsanitize=fuzzer -o $@ \
	    $(filter %.c %.o,$^) $(VTRACE_LIBS)

all: $(B)/test/fuzz_vtrace
CHECKS += trace/test/check_fuzz_vtrace

# --- Images for tests in dom0: programs and the test's script, put on another image ----------------------------------
LIVE_MODULES  := virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk xen-privcmd xen-evtchn
RINGS_MODULES := $(filter virtio%,$(LIVE_MODULES))
IMAGE_PROGRAMS := $(addprefix $(B)/trace/test/,live/calls rings/probe)

$(IMAGE_PROGRAMS): $(B)/trace/test/%: trace/test/%.c hypervisor/pv/vantage_op.h
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -static -o $@ $< -lxencall -lxenforeignmemory -lxentoolcore -lxentoollog

# FOLDER of the test, PROGRAMS, IMAGE, what it is put ON, file with the ORDER of modules, MODULES
define test_image
$(B)/guests/$(3): $(B)/guests/$(4) $(B)/guests/vmlinuz $(2) trace/test/$(1)/script
	$$(call say,IMAGE,$$@)
	$$(Q)rm -rf $(B)/trace/$(1)-root
	$$(Q)mkdir -p $(B)/trace/$(1)-root/bin $(B)/trace/$(1)-root/modules
	$$(Q)install -m 755 -s $(2) $(B)/trace/$(1)-root/bin
	$$(Q)cp trace/test/$(1)/script $(B)/trace/$(1)-root/script
	$$(Q)echo $(6) > $(B)/trace/$(1)-root/$(5)
	$$(Q)for m in $(6); do cp $$$$(find $(B)/guests/modules/ -name $$$$m.ko) $(B)/trace/$(1)-root/modules; done
	$$(Q)cat $$< <(guests/images/pack $(B)/trace/$(1)-root) > $$@
all: $(B)/guests/$(3)
endef
$(eval $(call test_image,live,$(B)/bin/vtrace $(B)/trace/test/live/calls,live.gz,toolstack.gz,modules/order,$(LIVE_MODULES)))
$(eval $(call test_image,rings,$(B)/bin/vtrace $(B)/bin/vguest $(B)/trace/test/rings/probe,rings.img,devices.img,rings.order,$(RINGS_MODULES)))
CHECKS += trace/test/check_record trace/test/check_rings
