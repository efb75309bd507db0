# SPDX-License-Identifier: BSD-2-Clause
# Documents made from the tables they document; the check says when one has fallen behind.

.PHONY: docs
docs: $(B)/docs/hypercalls $(B)/docs/options $(B)/trace/docs ## write the generated documents in docs/
	$(Q)$(B)/docs/hypercalls > docs/HYPERCALLS.md
	$(Q)$(B)/docs/options > docs/OPTIONS.md
	$(Q)$(B)/trace/docs > docs/EVENTS.md

# Minutes of two machines under the counting plugin, so not part of `make docs`.
.PHONY: costs
costs: $(B)/bin/vtrace ## count where each benchmark's instructions go, for docs/COSTS.md
	$(Q)mkdir -p $(B)/docs
	$(Q)$< explain --map quick > $(B)/docs/COSTS.md || [ $$? -eq 1 ]
	$(Q)cp $(B)/docs/COSTS.md docs/COSTS.md

$(B)/docs/hypercalls: docs/hypercalls.c hypervisor/hypercalls.def
$(B)/docs/options: docs/options.c hypervisor/core/options.def
$(B)/docs/hypercalls $(B)/docs/options:
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $<

check: $(B)/docs/hypercalls $(B)/docs/options $(B)/trace/docs
CHECKS += ci/docs ci/layers
