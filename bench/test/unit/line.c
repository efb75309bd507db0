/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a guest's console. */
#include "bench/test/unit/unit.h"
#include "bench/vbench/line.h"

#include <stdio.h>
#include <string.h>

static enum line_kind kind_of(const char *console)
{
    struct line line;
    line_parse(console, &line);
    return line.kind;
}

#define NULL_CALL "{\"bench\":\"null_call\",\"metric\":\"ns\",\"iters\":2000,\"samples\":"
#define DOMAIN_STATE(metric)                                                                       \
    "{\"bench\":\"domain_state\",\"metric\":\"" metric "\",\"iters\":1,\"samples\":[32768]}"

static void test_lines(void)
{
    static const char good[] = NULL_CALL "[7,6,5,4,3,2,1]}\r";
    static const char *const bad[] = {
        NULL_CALL "[7,6,5,4,3,2]}",
        NULL_CALL "[7,6,5,4,3,2,0]}",
        NULL_CALL "[7,6,5,4,3,2,-1]}",
        NULL_CALL "[7,6,5,4,3,2,1.5]}",
        NULL_CALL "\"7\"}",
        NULL_CALL "[7,6,5,[    3.1] usb: hello",
        NULL_CALL "[7,6,5,4,3,2,1],\"x\":1}",
        "{\"bench\":\"null_call\"}",
        "{\"bench\":\"nonsense\",\"metric\":\"ns\",\"iters\":1,\"samples\":[1]}",
        "{\"bench\":\"null_call\",\"metric\":\"ns\",\"iters\":7,\"samples\":[7,6,5,4,3,2,1]}",
        "{\"bench\":\"null_call\",\"bench\":\"null_call\",\"metric\":\"ns\",\"iters\":2000,"
        "\"samples\":[7,6,5,4,3,2,1]}",
        "VTG-BENCH nonsense",
        "VTG-EXIT x",
        "VTG-EXIT 1x",
    };
    struct line line;
    bool all_refused = kind_of("VTG-EXIT") != LINE_EXIT, no_cut_taken = true;

    line_parse(good, &line);
    check(line.kind == LINE_RESULT && line.row == ROW_null_call && line.metric.n == 7 &&
              line.metric.sample[0] == 7,
          "a result line");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool refused = kind_of(bad[i]) == LINE_BAD;
        if (!refused)
            printf("# taken: %s\n", bad[i]);
        all_refused &= refused;
    }
    check(all_refused, "damaged, foreign and out-of-date lines are refused [line.whole]");
    for (size_t cut = 0; cut < strlen(good) - 1; cut++) {
        char part[sizeof good] = {0};
        memcpy(part, good, cut);
        no_cut_taken &= kind_of(part) != LINE_RESULT;
    }
    check(no_cut_taken, "a line cut at any place is never a result [line.whole]");
    check(kind_of("VTG-INIT 1.80") == LINE_INIT && kind_of("VTG-EXIT 0\r") == LINE_EXIT &&
              kind_of("VTG-BENCH fork_sh\r") == LINE_START,
          "the markers");
    check(kind_of(DOMAIN_STATE("bytes")) == LINE_RESULT && kind_of(DOMAIN_STATE("ns")) == LINE_BAD,
          "a row of memory is in bytes");
    line_parse("VTG-SKIP stat no such call\r", &line);
    check(line.kind == LINE_SKIP && line.row == ROW_stat && !strcmp(line.why, "no such call") &&
              kind_of("VTG-SKIP stat") == LINE_BAD && kind_of("VTG-SKIP stat \r") == LINE_BAD,
          "a skipped benchmark says why");
    check(kind_of("[    1.776360] Run /init as init process") == LINE_OTHER &&
              kind_of("") == LINE_OTHER,
          "the kernel's lines are not ours");
}

/* Any bytes may come down a serial line; none may confuse the parser (the sanitizers watch). */
static void test_noise(void)
{
    uint32_t state = 1;
    static const char alphabet[] = "{}[]\",:0123456789VTG-BENCHEXITnull_call \\\r\x80\xff";
    bool taken = false;
    for (int round = 0; round < 20000; round++) {
        char noise[96] = NULL_CALL "[7,6,5,4,3,2,1]}";
        for (int k = 0; k < 1 + round % 5; k++) {
            state = state * 1664525u + 1013904223u;
            noise[state % 70] = alphabet[(state >> 16) % (sizeof alphabet - 1)];
        }
        struct line line;
        line_parse(noise, &line);
        taken |= line.kind == LINE_RESULT && (line.metric.n != 7 || line.metric.iters != 2000);
    }
    check(!taken, "20,000 mutated lines: none is taken with a wrong shape");
}

void test_line(void)
{
    test_lines();
    test_noise();
}
