# SPDX-License-Identifier: BSD-2-Clause
# The whole verdict.

.PHONY: check
check: all ## every test; ends in `N passed, N failed, N skipped`
	$(Q)ci/check $(CHECKS)
