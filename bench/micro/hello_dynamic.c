/* SPDX-License-Identifier: BSD-2-Clause */
/* What fork_exec_dynamic executes: all it costs is the start of a dynamically linked program. */
int main(void)
{
    return 0;
}
