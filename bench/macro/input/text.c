/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: text BYTES > file
 * Prints text that compresses about as prose does: invented words, the n-th of them in proportion
 * to 1/n (Zipf's law), in sentences and lines. The same bytes everywhere: integers only.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_LOG2 = 13, LETTERS_MAX = 12, LINE_MAX = 72 };

/* The generator of Knuth's MMIX; its upper bits are good. */
static uint32_t number(void)
{
    static uint64_t state = 2003;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

static char words[1 << WORDS_LOG2][LETTERS_MAX + 1];

/* Consonants and vowels in turn, some more often than others. */
static void words_invent(void)
{
    static const char vowels[] = "aaeeeeiioouy", others[] = "bcddfghhkllmnnnprrrssstttvw";
    for (int i = 0; i < 1 << WORDS_LOG2; i++) {
        int letters = 1 + number() % 4 + number() % 4 + (i > 64) * (number() % 5);
        for (int k = 0; k < letters && k < LETTERS_MAX; k++)
            words[i][k] = (k + i) % 2 ? vowels[number() % (sizeof vowels - 1)]
                                      : others[number() % (sizeof others - 1)];
    }
}

/* A rank whose logarithm is uniform: an octave, then a place in it. */
static const char *word_draw(void)
{
    uint32_t octave = number() % WORDS_LOG2;
    return words[(1u << octave) + number() % (1u << octave)];
}

int main(int argc, char **argv)
{
    long bytes = argc == 2 ? atol(argv[1]) : 0;
    if (bytes <= 0) {
        fprintf(stderr, "usage: text BYTES > file\n");
        return 2;
    }
    words_invent();
    for (long column = 0; bytes > 0; bytes--) {
        const char *word = word_draw();
        const char *end = number() % 10 ? "" : number() % 3 ? "," : ".";
        int length = printf("%.*s", (int)(bytes < LETTERS_MAX ? bytes : LETTERS_MAX), word);
        bytes -= length + (bytes > length + 1 && *end ? printf("%s", end) : 0);
        column += length + 1;
        if (bytes > 0)
            putchar(column > LINE_MAX ? '\n' : ' ');
        column = column > LINE_MAX ? 0 : column;
    }
    return 0;
}
