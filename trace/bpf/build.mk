# SPDX-License-Identifier: BSD-2-Clause
# vguest, a guest's own side of tracing: BPF programs, their recorder (static: it runs in any initramfs), and
# the image its check boots.
BPF := $(B)/trace/bpf

$(BPF)/vmlinux.h: trace/bpf/btf $(GUESTS)/vmlinuz
	$(call say,BTF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$^ > $@

$(BPF)/guest.bpf.o: trace/bpf/guest.bpf.c trace/bpf/emit.h trace/bpf/record.h trace/bpf/guest.def trace/bpf/front.def $(BPF)/vmlinux.h
	$(call say,BPF,$@)
	$(Q)clang -O2 -g -target bpf -D__TARGET_ARCH_x86 -Wall -Werror -I. -I$(BPF) -c -o $@ $<

$(BPF)/guest.skel.h: $(BPF)/guest.bpf.o
	$(Q)PATH=$$PATH:/usr/sbin bpftool gen skeleton $< name guest > $@

# The names of the system calls, as the C library's headers number them.
$(BPF)/syscalls.def:
	$(Q)mkdir -p $(@D)
	$(Q)echo '#include <asm/unistd_64.h>' | $(CC) -E -dM - | \
	    sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/SCHEMA_SYSCALL(\2, \1)/p' | sort -t'(' -k2n > $@

VGUEST_OBJ := $(addprefix $(B)/trace/,bpf/vguest.o bpf/clock.o bpf/counters.o bpf/programs.o bpf/stream.o bpf/schema.o \
                vtrace/metadata.o vtrace/schema.o)
$(BPF)/vguest.o $(BPF)/programs.o: $(BPF)/guest.skel.h
$(BPF)/schema.o: $(BPF)/syscalls.def

$(B)/bin/vguest: $(VGUEST_OBJ)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -static -o $@ $^ -lbpf -lelf -lz -lpfm

$(BPF)/known: trace/bpf/test/known.c
	$(call say,CC,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -static -o $@ $<

all: $(B)/bin/vguest

VGUEST_MODULES := virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk
# Without a device they wait for one; vguest attaches to their functions.
VGUEST_FRONTS := xen-blkfront xen-netfront

$(GUESTS)/vguest.gz: $(GUESTS)/initrd.gz $(GUESTS)/vmlinuz $(B)/bin/vguest $(BPF)/known trace/bpf/test/script
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(BPF)/root
	$(Q)mkdir -p $(BPF)/root/bin $(BPF)/root/modules
	$(Q)install -m 755 -s $(B)/bin/vguest $(BPF)/known $(BPF)/root/bin
	$(Q)cp trace/bpf/test/script $(BPF)/root/script
	$(Q)echo $(VGUEST_MODULES) > $(BPF)/root/modules/order
	$(Q)echo $(VGUEST_FRONTS) > $(BPF)/root/modules/fronts
	$(Q)for m in $(VGUEST_MODULES) $(VGUEST_FRONTS); do cp $$(find $(GUESTS)/modules/ -name $$m.ko) $(BPF)/root/modules; done
	$(Q)cat $< <(guests/images/pack $(BPF)/root) > $@

all: $(GUESTS)/vguest.gz
CHECKS += trace/bpf/test/check_guest

.PHONY: examples
examples: all ## trace/EXAMPLES.md: every verb of vtrace, run for real
	$(Q)trace/test/check_rings
	$(Q)trace/test/check_record
	$(Q)trace/bpf/test/check_guest --examples
