# SPDX-License-Identifier: BSD-2-Clause
# The whole verdict.

# Whole machines with Debian's kernel as dom0.
CHECKS += ci/boot ci/dom0 ci/toolstack ci/devices ci/domu ci/memory

# Two checks run at a time and begin in this order: those of a minute and more first, the longest before all, as then the
# many short ones share out what is left and both processors have work to the end. (Seconds: ci/check prints them.)
FIRST := bench/test/gate bench/test/exact bench/test/suites ci/toolstack ci/boot guests/mini/check_mutants ci/dom0 \
    ci/devices trace/test/check_two bench/test/explain build/test/test_ring_stress guests/mini/check_many \
    trace/bpf/test/check_guest trace/test/check_rings ci/domu

.PHONY: check
check: all ## every test; ends in `N passed, N failed, N skipped`
	$(Q)ci/check $(FIRST) $(filter-out $(FIRST),$(CHECKS))

# What `make check` shows in short, and what needs the images of `make disk` (a download of hundreds of megabytes) or
# takes many minutes in any form.
LONG += "ci/boot --long"               # one to eight processors, by the instruction clock and each a thread of its own
LONG += "ci/dom0 --long"               # gcc, stress-ng, perf and gdb on a disk; every kind of disk; storms on eight processors
LONG += "ci/toolstack --long"          # sixteen domUs in 4 GB
LONG += "ci/toolstack --wall"          # each processor a thread of its own
LONG += "ci/devices --long"            # more data, a second domain beside it
LONG += ci/isolation                   # victims beside each abuse alone
LONG += ci/libvirt                     # virsh: a minute, but its dom0 is a Debian of 155 downloaded packages
LONG += "guests/mini/check_many --long hostile hogs storms kill hostile-parallel"
LONG += "trace/test/check_fuzz_vtrace --long"
LONG += "trace/test/check_long_trace --long"
LONG += "build/test/test_ring_stress 100000000"
LONG += "build/test/test_race_events 1 100000"
LONG += "build/test/test_race_grants 1 100000"
LONG += bench/trace_cost               # what tracing costs
LONG += "bench/test/macro --long"      # the servers of suite macro
LONG += bench/test/domu                # suites micro and io in a domU, on Vantage and on Xen
LONG += bench/test/instances           # a web server and a data base in each of many domUs

.PHONY: check-long
check-long: all disk ## the long forms that `make check` leaves out: many domUs, isolation, servers, libvirt, disks, fuzzing
	$(Q)ci/check $(LONG)
