# SPDX-License-Identifier: BSD-2-Clause
# What one page-table entry costs by how many share an mmu_update.
width = 800
load "style.gp"
set logscale x 2
set logscale y 2
set xtics (1, 8, 32, 128, 512, 2048)
set xlabel "entries in one mmu_update"
set ylabel "instructions per entry"
set title "Batching of page-table updates"
set key top right
plot name.".dat" using 1:3 with linespoints pt 13 lw 2 lc rgb xen title "Xen 4.17", \
     "" using 1:4 with linespoints pt 12 lw 2 lc rgb xenfast title "Xen 4.17, no mitigations", \
     "" using 1:2 with linespoints pt 7 lw 2 lc rgb vantage title "Vantage"
