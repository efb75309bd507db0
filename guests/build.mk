# SPDX-License-Identifier: BSD-2-Clause
# What runs on the hypervisor: the stock Debian kernel, the small initramfs, our own mini guests, and
# Xen itself as a peer. Names that other folders and users may rely on:
#   build/guests/vmlinuz    Debian's kernel as shipped      build/guests/modules/   its modules
#   build/guests/initrd.gz  busybox + the micro benchmarks  build/guests/xen        Debian's Xen
#   build/guests/System.map the kernel's symbols

GUESTS := $(B)/guests

# Fetched packages are unpacked, never installed; they survive `make clean`.
$(DEB)/%.done: | ci/fetch
	$(Q)ci/fetch $(DEB) $*
	$(Q)touch $@

$(GUESTS)/vmlinuz: $(DEB)/linux-image-amd64.done
	$(call say,COPY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn ../deb/linux-image-amd64/lib/modules/$$(ls $(DEB)/linux-image-amd64/lib/modules) \
	    $(GUESTS)/modules
	$(Q)install -m 644 $(DEB)/linux-image-amd64/boot/vmlinuz-* $@

$(GUESTS)/xen: $(DEB)/xen-hypervisor-4.17-amd64.done
	$(call say,UNZIP,$@)
	$(Q)mkdir -p $(@D)
	$(Q)gzip -dc $(DEB)/xen-hypervisor-4.17-amd64/boot/xen-4.17-amd64.gz > $@

# The micro benchmarks are one static program (bench/build.mk); `hello` is what fork+exec executes.
# A dynamic program's loader and C library are Debian's, where its interpreter line wants them.
IMAGE_PROGRAMS := $(addprefix $(B)/bench/micro/,micro choose hello hello-dynamic store)
IMAGE_LIBC := $(DEB)/libc6/lib/x86_64-linux-gnu

$(GUESTS)/initrd.gz: guests/images/init guests/images/pack $(IMAGE_PROGRAMS) \
                     $(DEB)/busybox-static.done $(DEB)/libc6.done
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(GUESTS)/root
	$(Q)mkdir -p $(GUESTS)/root/bin $(GUESTS)/root/lib64 $(GUESTS)/root/lib
	$(Q)install -m 755 $(IMAGE_LIBC)/ld-linux-x86-64.so.2 $(GUESTS)/root/lib64
	$(Q)install -m 755 $(IMAGE_LIBC)/libc.so.6 $(GUESTS)/root/lib
	$(Q)install -m 755 guests/images/init $(GUESTS)/root/init
	$(Q)install -m 755 $(IMAGE_PROGRAMS) $(DEB)/busybox-static/bin/busybox $(GUESTS)/root/bin
	$(Q)ln -s busybox $(GUESTS)/root/bin/sh
	$(Q)guests/images/pack $(GUESTS)/root > $@

# The addresses of the kernel's functions, for `vtrace explain` and `vtrace --symbols`.
$(GUESTS)/System.map: guests/images/symbols $(GUESTS)/vmlinuz $(GUESTS)/initrd.gz
	$(call say,SYMBOL,$@)
	$(Q)guests/images/symbols $(GUESTS)/vmlinuz $(GUESTS)/initrd.gz $(GUESTS)/modules > $@

# The macro suite's image: Debian's programs in an archive that is not compressed, which the kernel
# unpacks at the speed of copying, before the small image.
MACRO_PROGRAMS := bzip2 xz-utils zstd sqlite3 lua5.4 make cpp-12 binutils-x86-64-linux-gnu e2fsprogs \
    postgresql-15 postgresql-client-15 nginx fcgiwrap
MACRO_LIBRARIES := libc6 libgcc-s1 libstdc++6 libbz2-1.0 liblzma5 libzstd1 liblz4-1 zlib1g libsqlite3-0 \
    libreadline8 libtinfo6 libisl23 libmpc3 libmpfr6 libgmp10 libbinutils libctf0 libjansson4 libext2fs2 \
    libblkid1 libuuid1 libpq5 libxml2 libicu72 libpam0g libaudit1 libcap-ng0 libssl3 libgssapi-krb5-2 \
    libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libldap-2.5-0 libsasl2-2 libgnutls30 \
    libp11-kit0 libidn2-0 libunistring2 libtasn1-6 libnettle8 libhogweed6 libffi8 libsystemd0 libcap2 \
    libgcrypt20 libgpg-error0 libfcgi0ldbl libcrypt1 libpcre2-8-0
MACRO_DATA := dbench apfs-dkms linux-headers
MACRO_INPUTS := $(wildcard bench/macro/input/*)

# The headers of the kernel that boots.
$(DEB)/linux-headers.done: $(DEB)/linux-image-amd64.done
	$(Q)v=$$(ls $(DEB)/linux-image-amd64/lib/modules); \
	    ci/fetch $(DEB) linux-headers-$$v; ci/fetch $(DEB) linux-headers-$${v%-amd64}-common
	$(Q)touch $@

$(GUESTS)/macro.img: $(GUESTS)/initrd.gz guests/images/macro guests/images/pack $(MACRO_INPUTS) \
                     $(B)/bench/macro/macro $(B)/bench/macro/page $(B)/bench/macro/text \
                     $(patsubst %,$(DEB)/%.done,$(MACRO_PROGRAMS) $(MACRO_LIBRARIES) $(MACRO_DATA))
	$(call say,IMAGE,$@)
	$(Q)guests/images/macro $(DEB) $(GUESTS)/macro-root $(B)/bench/macro/text $(MACRO_LIBRARIES)
	$(Q)install -D -m 755 -t $(GUESTS)/macro-root/bin $(B)/bench/macro/macro $(B)/bench/macro/page
	$(Q)cat <(guests/images/pack $(GUESTS)/macro-root cat) $< > $@
MACRO_IMAGES := $(GUESTS)/macro.img $(GUESTS)/macro-uml.img
all: $(MACRO_IMAGES)

# The uml column: the small image again, with user-mode Linux, the C library it wants, and the image for
# the system inside.
UML_LIBRARIES := libc.so.6 ld-linux-x86-64.so.2
UML_IMAGES := $(GUESTS)/uml.gz $(GUESTS)/macro-uml.img

$(GUESTS)/uml.gz: INSIDE := $(GUESTS)/initrd.gz
$(GUESTS)/macro-uml.img: INSIDE := $(GUESTS)/macro.img
$(GUESTS)/macro-uml.img: $(GUESTS)/macro.img
$(UML_IMAGES): $(GUESTS)/initrd.gz guests/images/uml $(DEB)/user-mode-linux.done $(DEB)/libc6.done
	$(call say,IMAGE,$@)
	$(Q)rm -rf $@.root
	$(Q)mkdir -p $@.root/bin $@.root/lib64
	$(Q)install -m 755 $(DEB)/user-mode-linux/usr/bin/linux.uml $@.root/bin
	$(Q)install -m 755 $(UML_LIBRARIES:%=$(DEB)/libc6/lib/x86_64-linux-gnu/%) $@.root/lib64
	$(Q)install -m 644 guests/images/uml $@.root/uml
	$(Q)install -m 644 $(INSIDE) $@.root/initrd
	$(Q)cat <(guests/images/pack $@.root $(if $(filter %.img,$@),cat)) $(GUESTS)/initrd.gz > $@
	$(Q)rm -rf $@.root

all: $(GUESTS)/System.map
GUEST_FILES := $(GUESTS)/vmlinuz $(GUESTS)/initrd.gz $(GUESTS)/xen $(GUESTS)/uml.gz $(GUESTS)/mini/hyper
all: $(GUEST_FILES)

# A command line of the image's own; `make run APPEND=...` adds to it.
.PHONY: run
run: $(B)/vantage $(GUESTS)/vmlinuz $(GUESTS)/initrd.gz ## a stock Debian kernel as dom0, a shell here
	qemu-system-x86_64 -accel tcg -cpu qemu64 -m 2048 -nographic -no-reboot -nic none \
	    -kernel $(B)/vantage -append "console=com1 dom0_mem=1024M noreboot" \
	    -initrd "$(GUESTS)/vmlinuz console=hvc0 panic=-1 $(APPEND),$(GUESTS)/initrd.gz"

-include guests/mini/build.mk

# Programs that run in dom0 (guests/dom0), and the initramfs with them.
DOM0 := $(B)/guests/dom0
DOM0_CFLAGS := -std=gnu11 -O2 $(WARN) -static -pthread -msse2
DOM0_32 := suite call32 process signal thread memory time fpu
DOM0_MODULES := crc16 mbcache loop dummy xen-privcmd

$(DOM0)/suite: $(wildcard guests/dom0/*.c) guests/dom0/suite.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(DOM0_CFLAGS) -o $@ $(filter %.c,$^)

$(DOM0)/suite32: $(DOM0_32:%=guests/dom0/%.c) guests/dom0/suite.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -m32 $(DOM0_CFLAGS) -o $@ $(filter %.c,$^)

$(GUESTS)/suite.gz: $(GUESTS)/initrd.gz $(GUESTS)/vmlinuz $(DOM0)/suite $(DOM0)/suite32 \
                    guests/dom0/script
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(DOM0)/root
	$(Q)mkdir -p $(DOM0)/root/bin $(DOM0)/root/modules
	$(Q)cp $(DOM0)/suite $(DOM0)/suite32 $(DOM0)/root/bin
	$(Q)cp guests/dom0/script $(DOM0)/root/script
	$(Q)for m in $(DOM0_MODULES); do \
	    cp $$(find $(GUESTS)/modules/ -name $$m.ko) $(DOM0)/root/modules; done
	$(Q)cat $< <(guests/images/pack $(DOM0)/root) > $@
all: $(GUESTS)/suite.gz

# dom0 with Debian's own toolstack: the small image and, over it, xl and all it needs.
TOOLSTACK_DEBS := xen-utils-4.17 xen-utils-common xenstore-utils bash bsdutils libxenmisc4.17 libxencall1 \
    libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1 libxenstore4 \
    libxentoollog1 libxentoolcore1 libyajl2 libuuid1 zlib1g liblzma5 libzstd1 libncurses6 libtinfo6 libgcc-s1 libc6 \
    iproute2 libbpf1 libelf1 libmnl0 libbsd0 libmd0 libcap2 mount libsmartcols1 util-linux nuttcp \
    nftables libnftables1 libnftnl11 libxtables12 libjansson4 libedit2 libgmp10 ncurses-base

$(GUESTS)/toolstack.gz: guests/images/toolstack guests/images/toolstack-start guests/images/modules \
                        $(GUESTS)/initrd.gz $(GUESTS)/vmlinuz $(TOOLSTACK_DEBS:%=$(DEB)/%.done)
	$(call say,IMAGE,$@)
	$(Q)guests/images/toolstack $(DEB) $(GUESTS)/modules $(GUESTS)/toolstack-root
	$(Q)cat $(GUESTS)/initrd.gz <(guests/images/pack $(GUESTS)/toolstack-root) > $@

# Suite io: the small image, the drivers of a virtual disk and network, and the programs.
IO_PROGRAMS := $(addprefix $(B)/bench/io/,io io-peer)
IO_MODULES := xen-blkfront xen-netfront brd

$(GUESTS)/io.gz: $(GUESTS)/initrd.gz $(GUESTS)/vmlinuz guests/images/io guests/images/modules $(IO_PROGRAMS)
	$(call say,IMAGE,$@)
	$(Q)rm -rf $@.root
	$(Q)mkdir -p $@.root/bin
	$(Q)install -m 755 $(IO_PROGRAMS) $@.root/bin
	$(Q)install -m 755 guests/images/io $@.root/bin/macro
	$(Q)guests/images/modules $(GUESTS)/modules $@.root $(IO_MODULES)
	$(Q)cat $< <(guests/images/pack $@.root) > $@
	$(Q)rm -rf $@.root

# The domU columns: dom0 with the image of the other columns inside, for a domU.
DOMU_IMAGES := $(GUESTS)/domu-bench.gz $(GUESTS)/domu-io.gz
$(GUESTS)/domu-bench.gz: INSIDE := $(GUESTS)/initrd.gz
$(GUESTS)/domu-io.gz: INSIDE := $(GUESTS)/io.gz
$(GUESTS)/domu-io.gz: CONFIG := guests/images/domu-io.cfg
$(GUESTS)/domu-io.gz: $(GUESTS)/io.gz guests/images/domu-io.cfg
$(DOMU_IMAGES): $(GUESTS)/toolstack.gz $(GUESTS)/vmlinuz $(IO_PROGRAMS) \
                $(addprefix guests/images/,domu domu-choose domu.cfg)
	$(call say,IMAGE,$@)
	$(Q)rm -rf $@.root $@.inside
	$(Q)install -D -m 644 $(GUESTS)/vmlinuz $@.root/boot/vmlinuz
	$(Q)install -D -m 755 guests/images/domu-choose $@.inside/bin/choose
	$(Q)cat $(INSIDE) <(guests/images/pack $@.inside) > $@.root/boot/initrd
	$(Q)install -D -m 755 $(B)/bench/io/io-peer $@.root/bin/io-peer
	$(Q)install -m 644 guests/images/domu $@.root/script
	$(Q)cat guests/images/domu.cfg $(CONFIG) > $@.root/domu.cfg
	$(Q)cat $(GUESTS)/toolstack.gz <(guests/images/pack $@.root gzip -1n) > $@
	$(Q)rm -rf $@.root $@.inside
all: $(DOMU_IMAGES)

# bench/instances: servers with their clients, each in a domain of a control domain or all natively. The image may
# not begin with gzip: libxenguest would take its last bytes for the length of the whole.
INSTANCES_WEB := etc bin/page macro/in/nginx.conf $(addprefix usr/bin/,nginx fcgiwrap)
INSTANCES_DB := etc macro/in/ir.sql usr/share/postgresql usr/lib/postgresql $(addprefix usr/bin/,initdb pg_ctl pgbench postgres)
INSTANCE_IMAGES := $(GUESTS)/instance-web.img $(GUESTS)/instance-db.img
INSTANCES_IMAGES := $(GUESTS)/instances-web.img $(GUESTS)/instances-db.img

$(GUESTS)/instance-web.img: PART := $(INSTANCES_WEB)
$(GUESTS)/instance-db.img: PART := $(INSTANCES_DB)
$(INSTANCE_IMAGES): $(GUESTS)/macro.img $(B)/bench/macro/instance $(addprefix guests/images/,part instances)
	$(call say,IMAGE,$@)
	$(Q)guests/images/part $(GUESTS)/macro-root $@.root $(PART)
	$(Q)install -D -m 755 $(B)/bench/macro/instance $@.root/bin/macro
	$(Q)install -m 644 guests/images/instances $@.root/script
	$(Q)cat <(guests/images/pack $@.root zstd -q -9 -T1) $(GUESTS)/initrd.gz > $@
	$(Q)rm -rf $@.root

$(INSTANCES_IMAGES): $(GUESTS)/instances-%.img: $(GUESTS)/instance-%.img $(GUESTS)/toolstack.gz $(GUESTS)/vmlinux \
                     $(addprefix guests/images/,instances instance.cfg) guests/toolstack/consoles
	$(call say,IMAGE,$@)
	$(Q)rm -rf $@.root
	$(Q)install -D -m 644 $(GUESTS)/vmlinux $@.root/boot/vmlinux
	$(Q)install -m 644 $< $@.root/boot/initrd
	$(Q)install -m 644 guests/images/instance.cfg guests/toolstack/consoles $@.root
	$(Q)install -m 644 guests/images/instances $@.root/script
	$(Q)cat $(GUESTS)/toolstack.gz <(guests/images/pack $@.root zstd -q -9 -T1) > $@
	$(Q)rm -rf $@.root
INSTANCES := $(INSTANCE_IMAGES) $(INSTANCES_IMAGES)
all: $(INSTANCES)

# dom0 with a domU in /boot, and scripts that take it through its life.
DOMU := $(B)/guests/domu

$(GUESTS)/domu.gz: $(GUESTS)/toolstack.gz $(GUESTS)/virtual.gz $(wildcard guests/toolstack/*)
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(DOMU)
	$(Q)mkdir -p $(DOMU)/dom0/boot
	$(Q)cp -a $(GUESTS)/root $(DOMU)/guest
	$(Q)install -D -m 755 guests/toolstack/poweroff $(DOMU)/guest/sbin/poweroff
	$(Q)cp $(GUESTS)/vmlinuz $(GUESTS)/virtual.gz $(DOMU)/dom0/boot
	$(Q)guests/images/pack $(DOMU)/guest > $(DOMU)/dom0/boot/guest.gz
	$(Q)cp guests/toolstack/{script,tap,life,verbs,vcpus,many,consoles,abuses,devices,neighbours,garbage,again,isolation,fairness,shell,guest.cfg,disk.cfg,hostile.cfg} $(DOMU)/dom0
	$(Q)cat $< <(guests/images/pack $(DOMU)/dom0) > $@

# The same kernel unpacked: libxenguest takes ten seconds for that in an emulated machine.
$(GUESTS)/vmlinux: guests/images/kernel $(GUESTS)/vmlinuz
	$(call say,UNZIP,$@)
	$(Q)$^ > $@

# The life and devices image with the file that is a domU's disk: Debian's userland with fio and nuttcp.
$(GUESTS)/guest.img: guests/images/disk guests/dom0/disk/init guests/toolstack/disk-poweroff guests/build.mk
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(DOMU)-extra
	$(Q)install -D -m 755 guests/dom0/disk/init $(DOMU)-extra/vtg/init
	$(Q)install -D -m 755 guests/toolstack/disk-poweroff $(DOMU)-extra/usr/sbin/poweroff
	$(Q)guests/images/disk $(DEB)/domu $(DEB)/domu-tree $@ $(DOMU)-extra 240 fio nuttcp e2fsprogs

$(GUESTS)/devices.img: $(GUESTS)/domu.gz $(GUESTS)/guest.img $(GUESTS)/vmlinux $(GUESTS)/mini/hostile
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(DOMU)-disk
	$(Q)install -D -m 644 $(GUESTS)/vmlinux $(DOMU)-disk/boot/vmlinux
	$(Q)install -D -m 644 $(GUESTS)/guest.img $(DOMU)-disk/boot/guest.img
	$(Q)strip -o $(DOMU)-disk/boot/hostile $(GUESTS)/mini/hostile
	$(Q)cat $< <(guests/images/pack $(DOMU)-disk zstd -q -9 -T1) > $@
	$(Q)rm -rf $(DOMU)-disk

.PHONY: run-domu
run-domu: $(B)/vantage $(GUESTS)/vmlinuz $(GUESTS)/devices.img ## dom0 with Debian's xl, and a stock kernel as domU: its shell here
	qemu-system-x86_64 -accel tcg -cpu qemu64 -m 2048 -nographic -no-reboot -nic none \
	    -kernel $(B)/vantage -append "console=com1 dom0_mem=1024M noreboot" \
	    -initrd "$(GUESTS)/vmlinuz console=hvc0 panic=-1 quiet vtg.run=script vtg.domu=shell $(APPEND),$(GUESTS)/devices.img"
all: $(GUESTS)/toolstack.gz $(GUESTS)/domu.gz $(GUESTS)/devices.img

# The disk image: Debian's userland with a compiler, a debugger, stress and perf. Not part of `all`: it
# downloads a hundred megabytes.
DISK_PACKAGES := gcc libc6-dev make stress-ng linux-perf gdb-minimal kmod procps findutils diffutils

$(GUESTS)/disk.img: guests/images/disk $(wildcard guests/dom0/disk/*) $(wildcard guests/dom0/*.[ch])
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(DOM0)/extra
	$(Q)mkdir -p $(DOM0)/extra/vtg/suite-source
	$(Q)cp guests/dom0/disk/* $(DOM0)/extra/vtg
	$(Q)cp guests/dom0/*.[ch] $(DOM0)/extra/vtg/suite-source
	$(Q)guests/images/disk $(DEB)/disk $(DEB)/disk-tree $@ $(DOM0)/extra 700 $(DISK_PACKAGES)

# Debian as dom0: its Xen tools and libvirt, installed on a disk, with a domU's kernel and image.
LIBVIRT := $(B)/guests/libvirt
LIBVIRT_PACKAGES := xen-utils-4.17 xenstore-utils libvirt-daemon-driver-xen libvirt-clients kmod procps
LIBVIRT_MODULES := xen-privcmd xenfs xen-evtchn xen-gntdev xen-gntalloc bridge

$(GUESTS)/libvirt.img: guests/images/disk guests/images/modules guests/images/toolstack-start guests/dom0/disk/init \
                       guests/dom0/libvirt/libvirt guests/toolstack/guest.cfg $(GUESTS)/domu.gz $(GUESTS)/vmlinux
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(LIBVIRT)-extra
	$(Q)install -D -m 755 -t $(LIBVIRT)-extra/vtg guests/dom0/disk/init guests/dom0/libvirt/libvirt
	$(Q)install -m 644 guests/images/toolstack-start $(LIBVIRT)-extra/vtg/toolstack
	$(Q)sed 's,/boot/vmlinuz,/boot/vmlinux,' guests/toolstack/guest.cfg > $(LIBVIRT)-extra/vtg/guest.cfg
	$(Q)install -D -m 644 -t $(LIBVIRT)-extra/boot $(GUESTS)/vmlinux $(DOMU)/dom0/boot/guest.gz
	$(Q)mkdir -p $(LIBVIRT)-extra/var/log/xen/console $(LIBVIRT)-extra/var/lib/xen $(LIBVIRT)-extra/usr/sbin
	$(Q)for daemon in xenstored xenconsoled xen-init-dom0; do \
	    ln -s ../lib/xen-4.17/bin/$$daemon $(LIBVIRT)-extra/usr/sbin; done
	$(Q)guests/images/modules $(GUESTS)/modules $(LIBVIRT)-extra $(LIBVIRT_MODULES)
	$(Q)guests/images/disk $(DEB)/libvirt-disk $(DEB)/libvirt-tree $@ $(LIBVIRT)-extra 500 $(LIBVIRT_PACKAGES)

# The initramfs that leads to a disk: the machine's, or the virtual one of a domU.
EXT4_MODULES := crc32c_generic ext4
DISK_MODULES := virtio_pci virtio_blk virtio_net sd_mod ahci ata_piix
VIRTUAL_MODULES := xen-blkfront xen-netfront
$(GUESTS)/disk.gz: LEADING := $(DISK_MODULES)
$(GUESTS)/virtual.gz: LEADING := $(VIRTUAL_MODULES)

$(GUESTS)/disk.gz $(GUESTS)/virtual.gz: guests/images/disk-init guests/images/modules $(GUESTS)/vmlinuz \
                                        $(DEB)/busybox-static.done
	$(call say,IMAGE,$@)
	$(Q)rm -rf $@.root
	$(Q)install -D -m 755 guests/images/disk-init $@.root/init
	$(Q)install -D -m 755 $(DEB)/busybox-static/bin/busybox $@.root/bin/busybox
	$(Q)guests/images/modules $(GUESTS)/modules $@.root $(LEADING) $(EXT4_MODULES)
	$(Q)guests/images/pack $@.root > $@
	$(Q)rm -rf $@.root

$(B)/vantage.iso: guests/images/iso guests/images/grub.cfg $(B)/vantage $(GUESTS)/vmlinuz \
                  $(GUESTS)/initrd.gz
	$(call say,IMAGE,$@)
	$(Q)guests/images/iso $(B)/vantage $(GUESTS)/vmlinuz $(GUESTS)/initrd.gz $@

.PHONY: iso disk
iso: $(B)/vantage.iso ## a GRUB image for a PC: build/vantage.iso
disk: $(GUESTS)/disk.img $(GUESTS)/libvirt.img $(GUESTS)/disk.gz ## ext4 images of Debian packages: gcc, gdb, stress-ng, perf; libvirt
