# SPDX-License-Identifier: BSD-2-Clause
# Documents made from the tables they document; the check says when one has fallen behind.

.PHONY: docs
docs: $(B)/docs/hypercalls ## write the generated documents in docs/
	$(Q)$(B)/docs/hypercalls > docs/HYPERCALLS.md

$(B)/docs/hypercalls: docs/hypercalls.c hypervisor/hypercalls.def
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $<

check: $(B)/docs/hypercalls
CHECKS += ci/docs ci/layers
