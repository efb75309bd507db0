# SPDX-License-Identifier: BSD-2-Clause
# One table of the paper: bars of ours over native, the paper's Xen as a hollow bar.
load "style.gp"
set linetype 4 lc rgb paper
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 noborder
set boxwidth 0.95
set yrange [0:*]
set key top left horizontal
set xtics rotate by -30 left
set rmargin 8
set ylabel "times native, in instructions"
set title "Table ".name[6:*]." of the 2003 paper: cost over native (1 = none)"
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#888888" front
plot name.".dat" using 4:xtic(2) title "Vantage" lc rgb vantage, \
     "" using 5 title "Xen 4.17" lc rgb xen, \
     "" using 6 title "Xen 4.17, no mitigations" lc rgb xenfast, \
     "" using 3 fill empty border title "Xen in the 2003 paper"
