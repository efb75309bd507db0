# SPDX-License-Identifier: BSD-2-Clause
# In place of building Linux: some files of a file system's module, each compiled by cc1 with the
# options Debian's kernel is built with, assembled, and linked into one object. A shell stands between
# make and the compiler, as it does in the kernel's own make files. The image's builder makes the
# preprocessed files (guests/images/macro) by the same list and options, and by RUN runs the image's
# programs on the build machine.
IN  := /macro/in/module
RUN :=

FILES := key libzbitmap lzfse_decode lzfse_fse lzvn_decode_base symlink

FLAGS := -std=gnu11 -O2 -fshort-wchar -funsigned-char -fno-common -fno-PIE -fno-strict-aliasing -mno-sse \
    -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -fcf-protection=none -m64 -falign-jumps=1 -falign-loops=1 \
    -mno-80387 -mno-fp-ret-in-387 -mpreferred-stack-boundary=3 -mskip-rax-setup -mtune=generic \
    -mno-red-zone -mcmodel=kernel -fno-asynchronous-unwind-tables -mindirect-branch=thunk-extern \
    -mindirect-branch-register -mindirect-branch-cs-prefix -mfunction-return=thunk-extern \
    -fno-jump-tables -mharden-sls=all -fno-delete-null-pointer-checks -fno-stack-protector \
    -fno-strict-overflow -fstack-check=no -fconserve-stack -w

output: $(FILES:%=%.o)
	@set -e; $(RUN)ld -m elf_x86_64 -r -o $@ $^

%.o: $(IN)/%.i
	@set -e; $(RUN)cc1 -quiet -fpreprocessed $(FLAGS) $< -o $*.s; \
	    $(RUN)as --64 $*.s -o $@; rm -f $*.s

# For the builder.
.PHONY: files flags
files: ; @echo $(FILES)
flags: ; @echo $(FLAGS)
