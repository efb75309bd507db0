/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vguest: records what a Linux kernel does, natively or in any domain, as a CTF directory on the clock of the
 * hypervisor's trace. Every 50 ms it empties the ring, reads both clocks, and writes what the ring held.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "trace/bpf/clock.h"
#include "trace/bpf/counters.h"
#include "trace/bpf/programs.h"
#include "trace/bpf/stream.h"
#include "trace/vtrace/fail.h"
#include "trace/vtrace/metadata.h"

#include "trace/bpf/record.h"

extern const char guest_schema[];

#define TURN_NS 50000000

struct pending {
    struct guest_head head;
    uint64_t order;
    uint64_t payload[8];
};

static struct recorder {
    struct guest *bpf;
    struct trace trace; /* header and schema only: what the metadata says */
    const char *directory;
    struct stream *streams;
    int cpus;
    struct pending *pending;
    size_t count, room;
    struct clock_pair first, before;
    uint64_t worst; /* ticks: the widest half bracket */
    struct counters counters;
} recorder;

static volatile sig_atomic_t interrupted;

void fail(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fputs("vguest: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

/* --- From the ring to the streams --- */

static int take(void *context, void *data, size_t size)
{
    struct recorder *r = context;
    const struct guest_head *h = data;
    struct pending *p;

    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 4096;
        r->pending = realloc(r->pending, r->room * sizeof(*r->pending));
        if (!r->pending)
            fail("out of memory");
    }
    p = &r->pending[r->count];
    *p = (struct pending){.head = *h, .order = r->count};
    memcpy(p->payload, h + 1, h->bytes);
    r->count++;
    return 0;
}

/* A program may be interrupted between reading the clock and reserving its place. */
static int by_time(const void *a, const void *b)
{
    const struct pending *x = a, *y = b;

    if (x->head.ns != y->head.ns)
        return x->head.ns < y->head.ns ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void write_record(struct recorder *r, struct pending *p, struct clock_pair now)
{
    const struct event *e = schema_event(&r->trace.schema, p->head.event);
    uint64_t end = clock_ticks(r->before, now, p->head.ns);

    if (e->is_span)
        p->payload[0] = end - clock_ticks(r->before, now, p->head.ns - p->payload[0]);
    if (stream_put(&r->streams[p->head.cpu], end, e->number, e->is_span, p->payload, p->head.bytes / 8))
        fail("%s: %s", r->directory, strerror(errno));
}

static void read_lost(struct recorder *r)
{
    uint64_t *lost = calloc((size_t)r->cpus, sizeof(*lost));
    uint32_t zero = 0;

    if (lost && !bpf_map_lookup_elem(bpf_map__fd(r->bpf->maps.lost), &zero, lost))
        for (int i = 0; i < r->cpus; i++)
            r->streams[i].lost = lost[i];
    free(lost);
}

static void turn(struct recorder *r, struct ring_buffer *ring)
{
    struct clock_pair now;

    ring_buffer__consume(ring);
    now = clock_pair_read();
    r->worst = now.error > r->worst ? now.error : r->worst;
    qsort(r->pending, r->count, sizeof(*r->pending), by_time);
    for (size_t i = 0; i < r->count; i++)
        write_record(r, &r->pending[i], now);
    r->count = 0;
    read_lost(r);
    for (int i = 0; i < r->cpus; i++)
        if (stream_flush(&r->streams[i]))
            fail("%s: %s", r->directory, strerror(errno));
    r->before = now;
}

/* --- Metadata --- */

static uint64_t wall_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Half the widest bracket, and the tick and the nanosecond that rounding may cost. */
static double clock_error_ns(const struct recorder *r)
{
    return (double)(r->worst + 1) * 1e9 / (double)r->trace.header.tsc_hz + 1;
}

/* What the fields of span_counters are: lines of kind V, which readers of the schema pass over. */
static const char *counter_lines(const struct recorder *r, char *out, size_t size)
{
    size_t n = 0;

    *out = 0;
    for (unsigned i = 0; i < r->counters.count && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "V\tcounter_%u\t%.60s\n", i, r->counters.names[i]);
    return out;
}

static void write_metadata(struct recorder *r, struct clock_pair now)
{
    static struct packet_header header;
    static struct packet packet = {&header, 0};
    static struct ring ring = {.packets = &packet, .count = 1};
    char path[4200], *schema, counters[COUNTERS_MAX * 100];
    FILE *f;

    memcpy(header.uuid, stream_uuid, sizeof(header.uuid));
    r->trace.rings = &ring;
    r->trace.ring_count = 1;
    r->trace.header.tsc_hz = clock_hz(r->first, now);
    snprintf(path, sizeof(path), "%s/metadata", r->directory);
    f = fopen(path, "w");
    if (!f)
        fail("%s: %s", path, strerror(errno));
    if (asprintf(&schema, "V\ttsc_hz\t%" PRIu64 "\nV\tclock_error_ns\t%.0f\n%s%s", r->trace.header.tsc_hz,
                 clock_error_ns(r), counter_lines(r, counters, sizeof(counters)), guest_schema) < 0)
        fail("out of memory");
    ctf_metadata(f, &r->trace, schema);
    free(schema);
    if (fclose(f))
        fail("%s: %s", path, strerror(errno));
}

/* --- Running --- */

static void open_counters(struct recorder *r, char *list)
{
    const int maps[COUNTERS_MAX] = {bpf_map__fd(r->bpf->maps.counter_0), bpf_map__fd(r->bpf->maps.counter_1),
                                    bpf_map__fd(r->bpf->maps.counter_2)};

    counters_open(&r->counters, list, maps, r->cpus);
    r->bpf->bss->counter_count = r->counters.count;
}

static void load(struct recorder *r, const char *classes, char *counters)
{
    r->bpf = programs_load(classes, (uint32_t)getpid());
    if (counters)
        open_counters(r, counters);
    programs_attach(r->bpf);
}

static void on_signal(int number)
{
    interrupted = 1;
}

/* The command waits until the recording has begun. */
static pid_t start_command(char **argv, int *go)
{
    int ends[2];
    pid_t child;
    char c;

    if (pipe2(ends, O_CLOEXEC))
        fail("pipe: %s", strerror(errno));
    child = fork();
    if (child < 0)
        fail("fork: %s", strerror(errno));
    if (!child) {
        close(ends[1]);
        if (read(ends[0], &c, 1) != 1)
            _exit(127);
        execvp(argv[0], argv);
        fprintf(stderr, "vguest: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    close(ends[0]);
    *go = ends[1];
    return child;
}

static void prepare(struct recorder *r, const char *directory, long domain)
{
    char why[200];

    r->directory = directory;
    r->cpus = libbpf_num_possible_cpus();
    r->streams = calloc((size_t)r->cpus, sizeof(*r->streams));
    if (!r->streams)
        fail("out of memory");
    for (int i = 0; i < r->cpus; i++) {
        r->streams[i].directory = directory;
        r->streams[i].cpu = (uint32_t)i;
        r->streams[i].domain = (uint16_t)domain;
        r->streams[i].fd = -1;
    }
    if (!schema_parse(&r->trace.schema, guest_schema, strlen(guest_schema), why, sizeof(why)))
        fail("%s", why);
    stream_set_schema(guest_schema);
    if (mkdir(directory, 0777) && errno != EEXIST)
        fail("%s: %s", directory, strerror(errno));
}

static void say_result(const struct recorder *r)
{
    uint64_t records = 0, lost = 0;

    for (int i = 0; i < r->cpus; i++) {
        records += r->streams[i].records;
        lost += r->streams[i].lost;
    }
    fprintf(stderr, "vguest: %" PRIu64 " records, %" PRIu64 " lost, in %s; TSC %.3f MHz, clock error at most %.0f ns\n",
            records, lost, r->directory, (double)r->trace.header.tsc_hz / 1e6,
            clock_error_ns(r));
}

/* Until the command ends, or Ctrl-C. Returns the command's status. */
static int record(struct recorder *r, pid_t child, int go)
{
    struct ring_buffer *ring = ring_buffer__new(bpf_map__fd(r->bpf->maps.ring), take, r, NULL);
    struct timespec pause = {0, TURN_NS};
    int status = 0;
    bool over = false;

    if (!ring)
        fail("the ring cannot be mapped: %s", strerror(errno));
    nanosleep(&pause, NULL);
    turn(r, ring);
    write_metadata(r, r->before);
    if (child && write(go, "", 1) != 1)
        fail("the command did not start");
    while (!over && !interrupted) {
        nanosleep(&pause, NULL);
        over = child && waitpid(child, &status, WNOHANG) == child;
        turn(r, ring);
    }
    guest__detach(r->bpf);
    turn(r, ring);
    write_metadata(r, r->before);
    ring_buffer__free(ring);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void help(FILE *out)
{
    fputs("usage: vguest [-e CLASSES] [-c EVENTS] [-d DOMAIN] -o DIRECTORY [-- COMMAND...]\n"
          "Records system calls, page faults, switches of threads, requests to disks, packets and, as a guest of\n"
          "Xen's interface, what the kernel asks of the hypervisor and its front ends do; while COMMAND runs, or\n"
          "until Ctrl-C. Runs natively, in dom0, in domU.\n"
          "  -e, --events CLASSES    of syscall,fault,task,block,net,front,xen; without: all\n"
          "  -c, --counters EVENTS   count up to three events of libpfm4 during system calls and faults:\n"
          "                          cycles,instructions,...; where there is no PMU: page-faults,...\n"
          "  -d, --domain N          this guest's number, for vtrace merge (0)\n"
          "  -o, --output DIRECTORY  a CTF trace, which babeltrace2 and vtrace merge read\n"
          "example: vguest -o run.guest -- make -j4\n"
          "exit status: COMMAND's; 2 bad use; 3 records were lost\n", out);
}

static void check_classes(const char *classes)
{
    char copy[200], *at = copy, *word;

    snprintf(copy, sizeof(copy), "%s", classes);
    while ((word = strsep(&at, ",")))
        if (!programs_want("syscall,fault,task,block,net,front,xen", word))
            fail("there is no class \"%s\"; there are syscall,fault,task,block,net,front,xen", word);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"events", required_argument, NULL, 'e'}, {"domain", required_argument, NULL, 'd'},
        {"output", required_argument, NULL, 'o'}, {"counters", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *classes = NULL, *directory = NULL;
    char *counters = NULL;
    struct sigaction action = {.sa_handler = on_signal};
    long domain = 0;
    pid_t child = 0;
    int go = -1, status;
    uint64_t lost = 0;

    for (int c; (c = getopt_long(argc, argv, "+e:d:o:c:h", longs, NULL)) != -1;) {
        if (c == 'h') {
            help(stdout);
            return 0;
        }
        if (c == 'e')
            check_classes(classes = optarg);
        else if (c == 'd')
            domain = strtol(optarg, NULL, 0);
        else if (c == 'o')
            directory = optarg;
        else if (c == 'c')
            counters = optarg;
        else
            fail("see vguest --help");
    }
    if (!directory)
        fail("-o DIRECTORY is missing; see vguest --help");
    prepare(&recorder, directory, domain);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (argv[optind])
        child = start_command(argv + optind, &go);
    recorder.first = recorder.before = clock_pair_read();
    recorder.trace.header.tsc_at_boot = recorder.first.tsc;
    recorder.trace.header.wall_at_boot = wall_ns();
    load(&recorder, classes, counters);
    status = record(&recorder, child, go);
    say_result(&recorder);
    for (int i = 0; i < recorder.cpus; i++)
        lost += recorder.streams[i].lost;
    return status ? status : lost ? 3 : 0;
}
