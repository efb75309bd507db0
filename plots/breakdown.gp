# SPDX-License-Identifier: BSD-2-Clause
# Who executes a benchmark's instructions: left bar Vantage, right bar Xen 4.17.
width = 1300
height = 540
load "style.gp"
set style fill solid 1 noborder
set yrange [0:100]
set offsets 0.7, 0.7, 0, 0
set rmargin 8
set xtics rotate by -50 left font "sans-serif,11"
set key outside top center horizontal
set ylabel "percent of the instructions"
set title "User, guest kernel and hypervisor (left bar: Vantage, right bar: Xen 4.17)"
left(x) = x - 0.2
right(x) = x + 0.2
plot name.".dat" using (left($1)):(100):(0.36):xtic(2) with boxes lc rgb vantage title "hypervisor: Vantage", \
     "" using (right($1)):($6 == $6 ? 100 : NaN):(0.36) with boxes lc rgb xen title "Xen", \
     "" using (left($1)):($3 + $4):(0.36) with boxes lc rgb "#9a9a9a" title "guest kernel", \
     "" using (right($1)):($6 + $7):(0.36) with boxes lc rgb "#9a9a9a" notitle, \
     "" using (left($1)):3:(0.36) with boxes lc rgb "#e2c044" title "user", \
     "" using (right($1)):6:(0.36) with boxes lc rgb "#e2c044" notitle
