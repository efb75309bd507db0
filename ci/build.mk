# SPDX-License-Identifier: BSD-2-Clause
# The whole verdict.

.PHONY: check
check: all ## every test; ends in `N passed, N failed, N skipped`
	$(Q)ci/check $(CHECKS)

# Whole machines with Debian's kernel as dom0.
CHECKS += ci/boot ci/dom0 ci/toolstack ci/devices ci/memory

.PHONY: check-long
check-long: all disk ## the long forms that `make check` leaves out: many domUs, isolation, servers, libvirt, disks, fuzzing
	$(Q)ci/check "ci/dom0 --long" "ci/toolstack --long" "ci/devices --long" ci/isolation ci/libvirt ci/domu \
	    "guests/mini/check_many --long hostile hogs storms kill" "trace/test/check_fuzz_vtrace --long" \
	    "trace/test/check_long_trace --long" "build/test/test_ring_stress 100000000" trace/test/check_rings \
	    bench/trace_cost "bench/test/macro --long" bench/test/domu bench/test/instances
