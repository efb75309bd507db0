# SPDX-License-Identifier: BSD-2-Clause
# What many domains get done together, over what one does on each CPU: the paper's two CPUs, our one.
width = 800
load "style.gp"
set logscale x 2
set xtics (1, 2, 4, 8, 16, 32, 64, 128)
set yrange [0.9:1.01]
set xlabel "domains, or processes, that compute at once"
set ylabel "throughput by CPU, over one's"
set title "Many domains (Figure 6)"
set key bottom left
plot name.".dat" using 1:4 with linespoints pt 4 lw 1 lc rgb paper title "Linux, 2003", \
     "" using 1:5 with linespoints pt 6 lw 1 lc rgb xenfast title "Xen, 50 ms, 2003", \
     "" using 1:6 with linespoints pt 12 lw 1 lc rgb xen title "Xen, 5 ms, 2003", \
     "" using 1:3 with linespoints pt 6 lw 2 lc rgb "#7fb2dc" title "Vantage, 50 ms", \
     "" using 1:2 with linespoints pt 7 lw 2 lc rgb vantage title "Vantage, 5 ms"
