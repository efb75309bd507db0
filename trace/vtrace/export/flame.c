/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vtrace flame: stacks of spans as an SVG without scripts. Width is time; the outermost span is at the bottom;
 * pointing at a frame shows its name, time, share and count.
 */
#include "trace/vtrace/export/stacks.h"

#include <inttypes.h>

#define WIDTH  1200.0
#define ROW    18.0
#define LEAST  0.2  /* frames narrower than this many pixels are left out */

static void put_text(FILE *f, const char *s, size_t most)
{
    for (; *s && most; s++, most--)
        if (*s == '<' || *s == '>' || *s == '&' || *s == '"')
            fprintf(f, "&#%d;", *s);
        else
            putc(*s < 0x20 || *s > 0x7e ? '?' : *s, f);
}

static unsigned depth_of(const struct node *n)
{
    unsigned deepest = 0;

    for (const struct node *c = n->child; c; c = c->sibling)
        if (depth_of(c) + 1 > deepest)
            deepest = depth_of(c) + 1;
    return deepest;
}

/* A colour of the fire for each label, always the same. */
static void put_colour(FILE *f, const char *label)
{
    uint32_t hash = 5381;

    for (; *label && *label != ':'; label++)
        hash = hash * 33 + (uint8_t)*label;
    fprintf(f, "rgb(%u,%u,%u)", 215 + hash % 35, 110 + hash / 35 % 110, 60 + hash / 3850 % 30);
}

struct picture {
    const struct export *x;
    double whole, bottom;
};

static void put_frame(const struct picture *p, const struct node *n, double at, double width, unsigned row)
{
    FILE *f = p->x->out;
    double y = p->bottom - (row + 1) * ROW, ns = (double)span_ns(p->x->t, node_total(n));
    char time[32];

    fputs("<g><title>", f);
    put_text(f, n->label, 200);
    fprintf(f, ": %s, %.2f %%", text_ns(time, sizeof(time), ns), width * 100 / WIDTH);
    if (n->count)
        fprintf(f, ", %" PRIu64 " times", n->count);
    fprintf(f, "</title><rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"", at, y, width,
            ROW - 1);
    put_colour(f, n->label);
    fprintf(f, "\"/><text x=\"%.2f\" y=\"%.1f\">", at + 3, y + 13);
    put_text(f, n->label, (size_t)(width / 7));
    fputs("</text></g>\n", f);
}

static void put_children(const struct picture *p, const struct node *parent, double at, unsigned row)
{
    for (const struct node *n = parent->child; n; n = n->sibling) {
        double width = (double)node_total(n) * WIDTH / p->whole;

        if (width >= LEAST) {
            put_frame(p, n, at, width, row);
            put_children(p, n, at, row + 1);
        }
        at += width;
    }
}

static void put_picture(const struct export *x, const struct node *root)
{
    struct picture p = {x, (double)node_total(root), (depth_of(root) + 2) * ROW};

    fprintf(x->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "font-family=\"monospace\" font-size=\"11\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
            "<text x=\"3\" y=\"13\">time in the hypervisor's recorded spans</text>\n",
            WIDTH, p.bottom);
    put_children(&p, root, 0, 0);
    fputs("</svg>\n", x->out);
}

static void begin(struct export *x)
{
    x->state = stacks_new(x->t);
}

static void record(struct export *x, const struct record *r)
{
    stacks_add(x->state, r);
}

static void end(struct export *x)
{
    put_picture(x, stacks_end(x->state));
    stacks_free(x->state);
}

const struct format format_flame;
const struct format format_flame = {.begin = begin, .record = record, .end = end};
