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

typedef uint64_t u64;
typedef int64_t s64;
typedef uint32_t u32;
typedef uint16_t u16;
#include "build/trace/bpf/guest.skel.h"
#include "trace/bpf/clock.h"
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

static void write_metadata(struct recorder *r, struct clock_pair now)
{
    static struct packet_header header;
    static struct packet packet = {&header, 0};
    static struct ring ring = {.packets = &packet, .count = 1};
    char path[4200], *schema;
    FILE *f;

    memcpy(header.uuid, stream_uuid, sizeof(header.uuid));
    r->trace.rings = &ring;
    r->trace.ring_count = 1;
    r->trace.header.tsc_hz = clock_hz(r->first, now);
    snprintf(path, sizeof(path), "%s/metadata", r->directory);
    f = fopen(path, "w");
    if (!f)
        fail("%s: %s", path, strerror(errno));
    if (asprintf(&schema, "V\ttsc_hz\t%" PRIu64 "\nV\tclock_error_ns\t%.0f\n%s", r->trace.header.tsc_hz,
                 clock_error_ns(r), guest_schema) < 0)
        fail("out of memory");
    ctf_metadata(f, &r->trace, schema);
    free(schema);
    if (fclose(f))
        fail("%s: %s", path, strerror(errno));
}

/* --- Programs: which belong to which class --- */

static bool wants(const char *classes, const char *class)
{
    char copy[200], *at = copy, *word;

    if (!classes)
        return true;
    snprintf(copy, sizeof(copy), "%s", classes);
    while ((word = strsep(&at, ",")))
        if (!strcmp(word, class))
            return true;
    return false;
}

static bool on_xen(void)
{
    char type[8] = "";
    FILE *f = fopen("/sys/hypervisor/type", "r");

    if (f) {
        if (!fgets(type, sizeof(type), f))
            type[0] = 0;
        fclose(f);
    }
    return !strncmp(type, "xen", 3);
}

static const char *class_of(const char *program)
{
    static const struct {
        const char *begin, *class;
    } classes[] = {{"syscall_", "syscall"}, {"fault_", "fault"}, {"task_", "task"},
                   {"mc_", "xen"}, {"mmu_", "xen"}};

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (!strncmp(program, classes[i].begin, strlen(classes[i].begin)))
            return classes[i].class;
    return "";
}

static struct guest *load(const char *classes)
{
    struct guest *g = guest__open();
    struct bpf_program *p;
    bool xen = on_xen();

    if (!g)
        fail("libbpf cannot open the BPF programs: %s", strerror(errno));
    bpf_object__for_each_program(p, g->obj) {
        const char *class = class_of(bpf_program__name(p));

        bpf_program__set_autoload(p, wants(classes, class) && (xen || strcmp(class, "xen")));
    }
    g->rodata->recorder = (uint32_t)getpid();
    if (guest__load(g))
        fail("the kernel refuses the BPF programs (%s); this needs root, and a kernel with BTF, as Debian's",
             strerror(errno));
    if (guest__attach(g))
        fail("the BPF programs cannot be attached: %s", strerror(errno));
    return g;
}

/* --- Running --- */

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
    fputs("usage: vguest [-e CLASSES] [-d DOMAIN] -o DIRECTORY [-- COMMAND...]\n"
          "Records system calls, page faults, switches of threads and, as a guest of Xen's interface, what the\n"
          "kernel asks of the hypervisor; while COMMAND runs, or until Ctrl-C. Runs natively, in dom0, in domU.\n"
          "  -e, --events CLASSES    of syscall,fault,task,xen; without: all\n"
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
        if (!wants("syscall,fault,task,xen", word))
            fail("there is no class \"%s\"; there are syscall,fault,task,xen", word);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"events", required_argument, NULL, 'e'}, {"domain", required_argument, NULL, 'd'},
        {"output", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *classes = NULL, *directory = NULL;
    struct sigaction action = {.sa_handler = on_signal};
    long domain = 0;
    pid_t child = 0;
    int go = -1, status;
    uint64_t lost = 0;

    for (int c; (c = getopt_long(argc, argv, "+e:d:o:h", longs, NULL)) != -1;) {
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
    recorder.bpf = load(classes);
    status = record(&recorder, child, go);
    say_result(&recorder);
    for (int i = 0; i < recorder.cpus; i++)
        lost += recorder.streams[i].lost;
    return status ? status : lost ? 3 : 0;
}
