# SPDX-License-Identifier: BSD-2-Clause
# Ratios to native by kept document, the oldest on the left.
load "style.gp"
set logscale y 2
set ytics (1, 1.25, 1.5, 2, 2.5, 3, 4, 6)
set offsets 0.3, 0.3, 0, 0
set key outside right
set key autotitle columnhead
set ylabel "times native, in instructions"
set title "History of the kept results"
plot name.".dat" using 1:3:xtic(2) with linespoints pt 7 lw 3 lc rgb vantage title "geometric mean", \
     "" using 1:4 with lines lw 2 dt 2 lc rgb xen title "Xen 4.17", \
     for [i=5:10] "" using 1:i with linespoints pt 6 ps 0.7
