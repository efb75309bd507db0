# SPDX-License-Identifier: BSD-2-Clause
# What all pictures share. `name` is given by `vbench plot`: name.dat is read, name.svg written.
if (!exists("width")) width = 1100
if (!exists("height")) height = 480
set terminal svg noenhanced size width,height font "sans-serif,13" background rgb "white"
set output name.".svg"
set datafile missing "?"
set grid y lc rgb "#dddddd"
set border 3
set tics nomirror
vantage = "#1f6fb4"
xen     = "#c0392b"
xenfast = "#e08e79"
uml     = "#999999"
paper   = "#555555"
