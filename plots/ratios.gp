# SPDX-License-Identifier: BSD-2-Clause
# plots/ratios.dat (made by vbench report) -> plots/ratios.svg: what each row costs over native.
set terminal svg noenhanced size 1100,540 font "sans-serif,13" background rgb "white"
set output "ratios.svg"
set datafile missing "?"
set logscale y 2
set yrange [0.6:128]
set offsets 0.7, 0.7, 0, 0
set rmargin 8
set ytics nomirror (0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
set grid y lc rgb "#dddddd"
set xtics rotate by -50 left nomirror
set border 3
set key top left horizontal
set ylabel "times native, in instructions"
set title "Cost of virtualization on a stock Debian kernel (1 = none)"
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#888888"
plot "ratios.dat" using 1:7:xtic(2) with points pt 2 ps 0.9 lc rgb "#999999" title "user-mode Linux", \
     "ratios.dat" using 1:6 with points pt 12 ps 1.1 lc rgb "#e08e79" title "Xen 4.17, no mitigations", \
     "ratios.dat" using 1:5 with points pt 13 ps 1.1 lc rgb "#c0392b" title "Xen 4.17", \
     "ratios.dat" using 1:4 with points pt 7 ps 1.1 lc rgb "#1f6fb4" title "Vantage", \
     "ratios.dat" using 1:3 with points pt 6 ps 1.1 lc rgb "#555555" title "Xen in the 2003 paper"
