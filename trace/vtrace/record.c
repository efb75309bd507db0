/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace record: streams the rings of the running hypervisor to a file, while a command runs or until Ctrl-C. */
#include "trace/vtrace/json.h"
#include "trace/vtrace/live/choice.h"
#include "trace/vtrace/live/command.h"
#include "trace/vtrace/live/follow.h"
#include "trace/vtrace/live/stream.h"
#include "trace/vtrace/vtrace.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MIN_NS 500000l
#define PAUSE_MAX_NS 50000000l

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = 1;
}

static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGHUP, &a, NULL);
    sigaction(SIGPIPE, &ignore, NULL); /* a reader that goes away is an error of writing */
}

static FILE *open_output(const char *path)
{
    FILE *f = strcmp(path, "-") ? fopen(path, "w") : stdout;

    if (!f)
        fail("%s: %s", path, strerror(errno));
    if (isatty(fileno(f)))
        fail("a trace is not for a terminal: -o FILE, or -o - into a pipe");
    return f;
}

/* The same is recorded before and after, also when the recording ends because it cannot be written. */
static struct choice before;
static bool is_changed;

static void restore(void)
{
    if (!is_changed)
        return;
    is_changed = false;
    choice_apply(&before);
}

static void change(const struct choice *wanted)
{
    if (atexit(restore))
        fail("there is not enough memory");
    is_changed = true;
    choice_apply(wanted);
}

/* What the user asked for; without events and with nothing recorded now, everything. */
static void choose(struct choice *wanted, const struct options *o)
{
    choice_copy(wanted, &before);
    if (option_given(o, 'e'))
        choice_events(wanted, option_text(o, 'e'));
    else if (choice_is_empty(&before))
        choice_events(wanted, "all");
    if (option_given(o, 'r'))
        choice_events(wanted, "+event");
    if (option_given(o, 'd'))
        choice_domains(wanted, option_text(o, 'd'));
}

static void show_progress(const struct recording *r, bool is_end)
{
    static time_t shown;
    time_t now = time(NULL);

    if (!isatty(2) || (now == shown && !is_end))
        return;
    shown = now;
    fprintf(stderr, "\r%" PRIu64 " records, %" PRIu64 " KiB%s", recording_totals(r).read, r->bytes >> 10,
            is_end ? "\n" : " ");
}

/* Until the command is over, or a signal. Rings that fill fast are looked at more often. */
static void stream(struct recording *r, struct command *c, struct followed *rings)
{
    struct timespec pause = {0, PAUSE_MAX_NS / 8};

    while (!interrupted && !command_is_over(c)) {
        unsigned new;

        nanosleep(&pause, NULL);
        if (rings)
            rings_follow(rings);
        new = recording_turn(r);
        if (new > 20 && pause.tv_nsec > PAUSE_MIN_NS)
            pause.tv_nsec /= 2;
        else if (new < 5 && pause.tv_nsec < PAUSE_MAX_NS)
            pause.tv_nsec = pause.tv_nsec * 2 < PAUSE_MAX_NS ? pause.tv_nsec * 2 : PAUSE_MAX_NS;
        show_progress(r, false);
    }
}

static void say_result(const struct recording *r, bool as_json)
{
    struct recorded t = recording_totals(r);
    json_t *j;

    show_progress(r, true);
    if (!as_json) {
        fprintf(stderr, "vtrace: %" PRIu64 " records in %s, %" PRIu64 " overwritten, %" PRIu64 " dropped\n", t.read,
                r->path, t.overwritten, t.dropped);
        return;
    }
    j = json_pack("{s:I,s:I,s:I,s:I,s:s}", "read", (json_int_t)t.read, "overwritten", (json_int_t)t.overwritten,
                  "dropped", (json_int_t)t.dropped, "bytes", (json_int_t)r->bytes, "path", r->path);
    json_print_line(stderr, j);
}

/* What we switched on is off while the last packets are read, so that nothing is added. */
static void finish(struct recording *r)
{
    struct choice none;

    if (is_changed) {
        choice_copy(&none, &before);
        choice_events(&none, "none");
        choice_apply(&none);
    }
    recording_end(r);
    restore();
}

/* The copies are rings, too; what they do not hold is not missed. */
int verb_crash(const struct options *o)
{
    const char *path = option_text(o, 'o');
    struct recording r;
    struct live l;

    if (!path)
        fail("-o FILE is missing, or -o - for stdout; see vtrace crash --help");
    if (o->path_count > 1)
        fail("one memory dump at a time; see vtrace crash --help");
    if (o->path_count)
        return crash_in_dump(o);
    live_open(&l);
    if (!live_map_copies(&l))
        fail("no domain has crashed while anything was recorded");
    recording_begin(&r, &l, open_output(path), path, true);
    recording_end(&r);
    say_result(&r, option_given(o, 'j'));
    return 0;
}

int verb_record(const struct options *o)
{
    const char *path = option_text(o, 'o');
    struct choice wanted;
    struct recording r;
    struct command c = {0};
    struct followed *rings = NULL;
    struct recorded t;
    struct live l;

    if (!path)
        fail("-o FILE is missing, or -o - for stdout; see vtrace record --help");
    live_open(&l);
    live_map_rings(&l);
    live_map_histograms(&l);
    choice_read(&before, &l);
    choose(&wanted, o);
    catch_signals();
    if (o->path_count)
        command_start(&c, o->paths);
    recording_begin(&r, &l, open_output(path), path, option_given(o, 'a'));
    if (option_given(o, 'e') || option_given(o, 'd') || option_given(o, 'r') || choice_is_empty(&before))
        change(&wanted);
    if (option_given(o, 'r'))
        rings = rings_follow_begin(&l);
    command_go(&c);
    stream(&r, &c, rings);
    if (rings)
        rings_follow_end(rings);
    finish(&r);
    say_result(&r, option_given(o, 'j'));
    t = recording_totals(&r);
    return c.status ? c.status : t.overwritten || t.dropped ? EXIT_INCOMPLETE : 0;
}
