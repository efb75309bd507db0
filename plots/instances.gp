# SPDX-License-Identifier: BSD-2-Clause
# Figures 4 and 5: what several instances get done together, a band for each.
load "style.gp"
set style fill solid 0.85 border rgb "white"
set yrange [0:*]
set xrange [-1:*]
set rmargin 6
set key outside top center horizontal
set ylabel "throughput, one instance = 1"
set title name eq "figure4" ? "Web servers at the same time (Figure 4)" : "Databases at the same time (Figure 5)"
systems = "'Linux, 2003' 'Xen, 2003' 'native' 'Vantage' 'Xen 4.17'"
array colours[5] = ["#c0c0c0", paper, "#e2c044", vantage, xen]
plot for [s=0:4] name.".dat" index 0 using ($4 == s ? $1 : NaN):2:($1 - 0.45):($1 + 0.45):2:3 with boxxyerror \
         lc rgb colours[s + 1] title word(systems, s + 1), \
     "" index 1 using 1:(0):xtic(2) with dots lc rgb "white" notitle, \
     "" index 2 using ($1 - 0.45):2:(0.9):(0) with vectors nohead lw 1.5 lc rgb "black" notitle
