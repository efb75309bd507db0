# SPDX-License-Identifier: BSD-2-Clause
# Reads a merged trace as babeltrace2 prints it with --clock-cycles; -v tid=N, -v fresh=HEX (a page's address).
# Prints: system calls that lie between their bounce and their iret, and hypervisor records of the fault that the
# read() into the fresh page contains. A span's line stands at its end.
function value(name,    s) {
    if (!match($0, "[ {]" name " = [^,}]*"))
        return ""
    s = substr($0, RSTART, RLENGTH)
    sub(/^.* = /, "", s)
    return s
}
{ at = substr($1, 2) + 0 }
/ bounce: .*"syscall"/ { bounce[++bounces] = at }
/ iret: .*user = 1/ { back[++backs] = at }
/ page_fault: / && tolower($0) ~ tolower("va = 0x" fresh "[ ,]") { fault = at }
/ pte_write: / { write[++writes] = at }
/ syscall: / && $0 ~ ("tid = " tid ",") {
    if (/"getppid"/) { begin[++spans] = at - value("dur"); end[spans] = at }
    else if (/"read"/) { read_begin[++reads] = at - value("dur"); read_end[reads] = at }
}
END {
    b = i = 1
    for (s = 1; s <= spans; s++) {
        while (b < bounces && bounce[b + 1] <= begin[s]) b++
        while (i < backs && back[i] < end[s]) i++
        before = s > 1 ? end[s - 1] : 0
        after = s < spans ? begin[s + 1] : back[i] + 1
        between += bounce[b] > before && bounce[b] <= begin[s] && back[i] >= end[s] && back[i] < after
    }
    for (r = 1; r <= reads; r++)
        if (fault >= read_begin[r] && fault <= read_end[r])
            for (w = 1; w <= writes; w++)
                inside += write[w] >= read_begin[r] && write[w] <= read_end[r]
    print between + 0, inside + 0
}
