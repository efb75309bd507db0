# SPDX-License-Identifier: BSD-2-Clause
# The harness build/bin/vbench, the guest-side benchmark programs, and their host tests.

MICRO_SRC := $(filter-out $(addprefix bench/micro/,hello% choose.c store.c),$(wildcard bench/micro/*.c))
MICRO_OBJ := $(patsubst %.c,$(B)/%.o,$(MICRO_SRC))

# The same bytes wherever they are built: no path of the build machine may get into the image.
MICRO_CFLAGS := -std=gnu11 -O2 $(WARN) -I. -fno-pie -fcf-protection=none -fno-stack-protector \
                -ffile-prefix-map=$(CURDIR)=.

$(B)/bench/micro/%.o: bench/micro/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -MMD -MP -c $< -o $@

# The macro benchmarks share the runner, and so does what runs several instances of one.
MACRO_SRC := $(filter-out $(addprefix bench/macro/,page.c instance.c),$(wildcard bench/macro/*.c))
MACRO_OBJ := $(patsubst %.c,$(B)/%.o,$(MACRO_SRC)) $(B)/bench/micro/main.o
INSTANCE_OBJ := $(addprefix $(B)/bench/macro/,instance.o web.o web_client.o database.o command.o) $(B)/bench/micro/main.o

$(B)/bench/macro/%.o: bench/macro/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -MMD -MP -c $< -o $@

$(B)/bench/micro/micro: $(MICRO_OBJ)
$(B)/bench/macro/macro: $(MACRO_OBJ)
$(B)/bench/macro/instance: $(INSTANCE_OBJ)
$(B)/bench/micro/micro $(B)/bench/macro/macro $(B)/bench/macro/instance:
	$(call say,LINK,$@)
	$(Q)$(CC) -static -no-pie -s -Wl,--build-id=none -o $@ $^

# The disk and network benchmarks, and the other end of the network.
IO_OBJ := $(patsubst %,$(B)/bench/io/%.o,rows disk network pieces)
$(B)/bench/io/%.o: bench/io/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -MMD -MP -c $< -o $@

$(B)/bench/io/io: $(IO_OBJ) $(B)/bench/micro/main.o
$(B)/bench/io/io-peer: $(B)/bench/io/peer.o $(B)/bench/io/pieces.o
$(B)/bench/io/io $(B)/bench/io/io-peer:
	$(call say,LINK,$@)
	$(Q)$(CC) -static -no-pie -s -Wl,--build-id=none -o $@ $^

# The dynamic page of the web benchmarks.
$(B)/bench/macro/page: $(B)/bench/macro/page.o
	$(call say,LINK,$@)
	$(Q)$(CC) -static -no-pie -s -Wl,--build-id=none -Wl,--no-warnings -o $@ $^ -lfcgi

# Makes an input of the macro benchmarks, on the host.
$(B)/bench/macro/text: bench/macro/input/text.c
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) -o $@ $<

$(B)/bench/micro/choose: $(B)/bench/micro/choose.o
	$(call say,LINK,$@)
	$(Q)$(CC) -static -no-pie -s -Wl,--build-id=none -o $@ $^

$(B)/bench/micro/store: $(B)/bench/micro/store.o
	$(call say,LINK,$@)
	$(Q)$(CC) -static -no-pie -s -Wl,--build-id=none -Wl,--no-warnings -o $@ $^ -lsqlite3 -lm

$(B)/bench/micro/hello: bench/micro/hello.c
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -static -nostdlib -no-pie -s -Wl,--build-id=none -Wl,-z,noseparate-code \
	    -o $@ $<

$(B)/bench/micro/hello-dynamic: bench/micro/hello_dynamic.c
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(MICRO_CFLAGS) -no-pie -s -Wl,--build-id=none -o $@ $<

VBENCH_LIBS := -ljansson -lsqlite3 -lpfm -lm
VBENCH_SRC := $(wildcard bench/vbench/*.c)
VBENCH_OBJ := $(patsubst %.c,$(B)/%.o,$(VBENCH_SRC))

$(B)/bench/vbench/%.o: bench/vbench/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -c $< -o $@

$(B)/bin/vbench: $(VBENCH_OBJ)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(VBENCH_LIBS)

all: $(B)/bin/vbench

# Everything from a bare machine to the table: packages first, then a make that sees them.
.PHONY: bench
bench: ## install what is missing, build, run native, Vantage and Xen, print the comparison
	$(Q)ci/deps
	$(Q)$(MAKE) --no-print-directory -s -j$$(nproc) $(B)/bin/vbench $(B)/vantage $(GUEST_FILES)
	$(Q)$(B)/bin/vbench run --report $(BENCH_ARGS)

# `make results`: every suite, domUs, Figures 4 to 6; about an hour and a half. `make report` only writes the
# pages from what is kept.
.PHONY: results report
results: ## measure every suite again, keep the documents in results/baseline/, rewrite the report
	$(Q)ci/deps
	$(Q)$(MAKE) --no-print-directory -s -j$$(nproc) $(B)/bin/vbench $(B)/vantage $(GUEST_FILES) $(MACRO_IMAGES) $(INSTANCES)
	$(Q)bench/keep $(RESULTS_ARGS)
report: $(B)/bin/vbench ## BENCHMARKS.md, plots/ and the README's verdict from results/baseline/
	$(Q)bench/keep --only-report

# Exact A/B of two hypervisors with BASE=revision; else against results/baseline/.
.PHONY: gate
gate: ## fail on what got slower than the baseline, or than revision BASE
	$(Q)ci/deps
	$(Q)$(MAKE) --no-print-directory -s -j$$(nproc) $(B)/bin/vbench $(B)/vantage $(GUEST_FILES) $(PLUGINS)
	$(Q)$(if $(BASE),bench/base $(BASE) >/dev/null; )$(B)/bin/vbench gate \
	    $(if $(BASE),--against $(B)/was --build $(B)/now) $(GATE_ARGS)

# Measures as the gate does and records it, whatever the gate says; not when a row could not run or two
# runs differ.
.PHONY: accept
accept: ## record the gate's values as the new baseline, with REASON='...'
	$(Q)[ -n "$(REASON)" ] || { echo "make accept wants REASON='why the values may change'" >&2; exit 2; }
	$(Q)$(MAKE) --no-print-directory -s -j$$(nproc) $(B)/bin/vbench $(B)/vantage $(GUEST_FILES) $(PLUGINS)
	$(Q)$(B)/bin/vbench gate $(GATE_ARGS) || case $$? in 1|5|6) ;; *) exit $$? ;; esac
	$(Q)$(B)/bin/vbench accept --reason "$(REASON)"

# Host tests: the parts under sanitizers, the command line against a QEMU that misbehaves, exactness.
BENCH_UNIT_SRC := $(wildcard bench/test/unit/*.c) $(filter-out bench/vbench/main.c,$(VBENCH_SRC))
BENCH_UNIT_OBJ := $(patsubst %.c,$(B)/sanitized/%.o,$(BENCH_UNIT_SRC))

$(B)/sanitized/bench/%.o: bench/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(SANITIZE) -c $< -o $@

$(B)/bench/test/unit: $(BENCH_UNIT_OBJ)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(VBENCH_LIBS)

# Plugins for QEMU: count.so counts instructions by function, for bench/explain; events.so counts the
# events a gate judges.
PLUGINS := $(B)/bench/plugin/count.so $(B)/bench/plugin/events.so
PLUGIN_CFLAGS := $(filter-out -MMD -MP,$(HOST_CFLAGS)) -fPIC -shared

CHECKS += $(B)/bench/test/unit bench/test/cli bench/test/exact bench/test/suites bench/test/gate bench/test/schema \
          bench/test/report bench/test/explain bench/test/macro
check: $(B)/bench/test/unit $(B)/bin/vbench $(B)/bin/vtrace $(PLUGINS) $(B)/vantage $(GUEST_FILES)

$(B)/bench/plugin/count.so: $(addprefix bench/plugin/,count.c ranges.c ranges.h qemu_plugin.h)
$(B)/bench/plugin/events.so: $(addprefix bench/plugin/,events.c qemu_plugin.h)
$(PLUGINS):
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PLUGIN_CFLAGS) -o $@ $(filter %.c,$^)

all: $(PLUGINS)
