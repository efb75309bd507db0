/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How soon a guest answers an event, whatever the others do. The last of the guests send back what they are
 * sent (worker's `answer`); each is asked again after a pause, which the seed draws, so that requests come at
 * any point of a turn. Prints how long each took, from its event to the answer's.
 *
 *   asked=N      how many answer
 *   requests=N   how many answers are waited for (default 200, at most 1000)
 *   pause=MS     the longest pause (default 20)
 *   within=US    the longest that an answer may take (default: as long as it likes)
 *   seed=N       which pauses (default 1)
 */
#include "keeper.h"

#define ASKED_MAX    8
#define REQUESTS_MAX 1000
#define FIRST_PORT   1 /* of a guest */
#define MS           1000000ul
#define BIND_WAITS   1000 /* of a ms each, until all have started */

struct asked {
    u32 port;     /* ours, to its first */
    u64 answers;  /* that were taken */
    u64 asked_ns; /* 0: it is not being asked */
    u64 due_ns;   /* when it will be */
};

static struct asked asked[ASKED_MAX];
static u64 took_ns[REQUESTS_MAX], taken;
static u64 pause_ns, state; /* of the pauses to come */

static bool asked_bind(struct asked *a, domid_t domain)
{
    long port = port_interdomain(domain, FIRST_PORT);

    for (unsigned int i = 0; i < BIND_WAITS && port <= 0; i++) {
        sleep_ns(MS);
        port = port_interdomain(domain, FIRST_PORT);
    }
    if (port <= 0 || event_unmask((u32)port))
        return false;
    *a = (struct asked){.port = (u32)port, .answers = event_count((u32)port), .due_ns = time_ns() + random(&state, pause_ns)};
    return true;
}

static void take_answer(struct asked *a, u64 now)
{
    took_ns[taken++] = now - a->asked_ns;
    a->answers = event_count(a->port);
    a->asked_ns = 0;
    a->due_ns = now + random(&state, pause_ns);
}

static void ask(struct asked *a)
{
    a->asked_ns = time_ns();
    port_send(a->port);
}

/* Takes the answers that have come and asks those who are due. When the next will be. */
static u64 look(u32 n, u64 wanted)
{
    u64 now = time_ns(), next = now + 1000 * MS;

    for (u32 i = 0; i < n && taken < wanted; i++) {
        if (asked[i].asked_ns && event_count(asked[i].port) != asked[i].answers)
            take_answer(&asked[i], now);
        if (!asked[i].asked_ns && asked[i].due_ns <= now)
            ask(&asked[i]);
        if (!asked[i].asked_ns && asked[i].due_ns < next)
            next = asked[i].due_ns;
    }
    return next;
}

static void wait_for_answers(u32 n, u64 wanted)
{
    u64 patience_ns = time_ns() + wanted * 1000 * MS;

    while (taken < wanted && time_ns() < patience_ns) {
        u64 next, now;

        upcall_mask_set(1); /* until the block: what comes from here on ends it */
        next = look(n, wanted);
        now = time_ns();
        sleep_ns(next > now ? next - now : 0);
    }
}

/* Of the CPU, by all guests together. */
static u64 used_ns(void)
{
    u32 n = domains_list();
    u64 sum = 0;

    for (u32 i = 0; i < n; i++)
        sum += list[i].cpu_time;
    return sum;
}

static u64 print_answers(void)
{
    u64 worst = 0;

    for (u64 i = 0; i < taken; i++) {
        print("keeper: answered after %lu ns\n", took_ns[i]);
        worst = took_ns[i] > worst ? took_ns[i] : worst;
    }
    return worst;
}

void response_run(const char *args)
{
    u32 guests = (u32)arg_number(args, "guests", 0), n = (u32)arg_number(args, "asked", 0), bound = 0;
    u64 wanted = arg_number(args, "requests", 200), used, began;

    case_set("response");
    case_long("guests-from-the-boot", domains_list(), guests);
    if (n > guests || n > ASKED_MAX || wanted > REQUESTS_MAX) {
        case_error("arguments", "more than there can be");
        return;
    }
    state = arg_number(args, "seed", 1);
    pause_ns = arg_number(args, "pause", 20) * MS;
    for (u32 i = 0; i < n; i++)
        bound += asked_bind(&asked[i], list[guests - n + i].domain);
    case_long("all-are-there", bound, n);
    used = used_ns();
    began = time_ns();
    wait_for_answers(bound, wanted);
    used = used_ns() - used;
    case_true("the-guests-have-the-cpu", used * 100 >= (time_ns() - began) * 95, "not all of it");
    case_long("all-is-answered", (long)taken, (long)wanted);
    case_true("soon-enough", print_answers() <= arg_number(args, "within", ~0ul / 1000) * 1000, "later than wanted");
}
