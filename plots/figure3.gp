# SPDX-License-Identifier: BSD-2-Clause
# Figure 3: performance relative to native Linux, the paper's four bars and ours.
load "style.gp"
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 noborder
set boxwidth 0.95
set yrange [0:1.15]
set key outside top center horizontal
set ylabel "performance, native = 1"
set title "Figure 3: relative performance of applications"
plot name.".dat" using 2:xtic(1) title "L, 2003" lc rgb "#222222", \
     "" using 3 title "X, 2003" lc rgb paper, \
     "" using 4 title "V, 2003" lc rgb "#aaaaaa", \
     "" using 5 title "U, 2003" lc rgb "#d5d5d5", \
     "" using 6 title "Vantage" lc rgb vantage, \
     "" using 7 title "Xen 4.17" lc rgb xen, \
     "" using 8 title "user-mode Linux" lc rgb xenfast
