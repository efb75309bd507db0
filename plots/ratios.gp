# SPDX-License-Identifier: BSD-2-Clause
# What each benchmark costs over native: a point per column.
width = 1300
height = 540
load "style.gp"
set logscale y 2
set yrange [0.6:128]
set offsets 0.7, 0.7, 0, 0
set rmargin 8
set ytics nomirror (0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
set xtics rotate by -50 left nomirror font "sans-serif,11"
set key top left horizontal
set ylabel "times native, in instructions"
set title "Cost of virtualization on a stock Debian kernel (1 = none)"
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#888888"
plot name.".dat" using 1:7:xtic(2) with points pt 2 ps 0.9 lc rgb uml title "user-mode Linux", \
     "" using 1:6 with points pt 12 ps 1.1 lc rgb xenfast title "Xen 4.17, no mitigations", \
     "" using 1:5 with points pt 13 ps 1.1 lc rgb xen title "Xen 4.17", \
     "" using 1:4 with points pt 7 ps 1.1 lc rgb vantage title "Vantage", \
     "" using 1:3 with points pt 6 ps 1.1 lc rgb paper title "Xen in the 2003 paper"
