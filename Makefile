# SPDX-License-Identifier: BSD-2-Clause
# Vantage. One make, no recursion: each top-level folder says in its build.mk what it makes and which
# checks it has; this file holds what they share. `make help` lists the targets.

SHELL      := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:

B   := build
DEB := $(B)/deb
CC ?= gcc
Q  := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(2)')

# Warnings every C file of the project is compiled with, hypervisor, guests and tools alike.
WARN := -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wundef -Wvla -Wstrict-prototypes \
        -Wno-unused-parameter

# Host programs (tools and tests). Hidden, as a function of the hypervisor may bear a name of a library's (sched_yield
# once did) that another library would then call instead.
HOST_CFLAGS := -std=gnu11 -O2 -g -fvisibility=hidden $(WARN) -MMD -MP -I.
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.PHONY: all help clean distclean
all: ## build everything into build/

# A check is a program or script that prints TAP; folders append theirs.
CHECKS :=

include hypervisor/build.mk
include trace/build.mk
include guests/build.mk
include trace/bpf/build.mk
include bench/build.mk
include docs/build.mk
include ci/build.mk

clean: ## remove build/, but keep the downloaded Debian packages
	[ ! -d $(B) ] || find $(B) -mindepth 1 -maxdepth 1 ! -name deb -exec rm -rf {} +

distclean: ## remove build/ and the downloaded packages
	rm -rf $(B)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | \
	    awk -F':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

-include $(shell find $(B) -path $(B)/deb -prune -o -name '*.d' -type f -print 2>/dev/null)
