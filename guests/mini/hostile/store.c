/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of xenstore on the ring every domain has to it (xen/io/xs_wire.h), and its abuse: names, watches and transactions
 * without end, asked for without waiting for an answer. A request carries its type as its number, so an answer tells what
 * was refused, whatever came before it; what is asked and waited for is marked.
 *
 * [store.polled] the port stays masked: nothing but SCHEDOP_poll looks at it
 */
#include "hostile.h"

#include <xen/io/xs_wire.h>
#include <xen/sched.h>

#define WAIT_NS    2000000ul /* for a daemon that does not answer: then look again */
#define AWAITED    0x100u     /* in req_id */
#define VALUE_SIZE 256
#define NAMES      2000 /* twice as many as there may be: half of them are written again and again, which the watches see */

char store_answer[XENSTORE_PAYLOAD_MAX + 1];
static struct xenstore_domain_interface *ring;
static struct xsd_sockmsg answer; /* its head */
static u32 answer_bytes;          /* that have come, head and body */
static u32 asked[XS_TYPE_COUNT], refused[XS_TYPE_COUNT];
static char why[XS_TYPE_COUNT][16]; /* the last time */

bool store_init(void)
{
    if (!ring && start_info->store_mfn)
        ring = mfn_va(start_info->store_mfn);
    return ring;
}

void store_wait(void)
{
    struct sched_poll poll = {.nr_ports = 1, .timeout = time_ns() + WAIT_NS};

    set_xen_guest_handle(poll.ports, &start_info->store_evtchn);
    port_send(start_info->store_evtchn);
    hyp_sched_op(SCHEDOP_poll, &poll);
    event_clear(start_info->store_evtchn);
}

static bool take(u8 *to)
{
    u32 at = ring->rsp_cons;

    if (__atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE) == at)
        return false;
    *to = (u8)ring->rsp[MASK_XENSTORE_IDX(at)];
    __atomic_store_n(&ring->rsp_cons, at + 1, __ATOMIC_RELEASE);
    return true;
}

static void note(void)
{
    u32 type = answer.req_id & ~AWAITED;

    store_answer[answer.len] = 0;
    if (answer.type == XS_ERROR && type < XS_TYPE_COUNT) {
        refused[type]++;
        strlcpy(why[type], store_answer, sizeof(why[type]));
    }
}

/* Takes what there is of an answer or a watch's event; true: it is whole. */
static bool pull(void)
{
    u8 byte;

    if (answer_bytes == sizeof(answer) + answer.len)
        answer_bytes = answer.len = 0;
    while (take(&byte)) {
        if (answer_bytes < sizeof(answer))
            ((u8 *)&answer)[answer_bytes] = byte;
        else
            store_answer[answer_bytes - sizeof(answer)] = (char)byte;
        answer_bytes++;
        if (answer_bytes < sizeof(answer))
            continue;
        if (answer.len > XENSTORE_PAYLOAD_MAX)
            guest_shutdown(SHUTDOWN_crash); /* no daemon of ours */
        if (answer_bytes == sizeof(answer) + answer.len) {
            note();
            return true;
        }
    }
    return false;
}

static bool is_full(void)
{
    return ring->req_prod - __atomic_load_n(&ring->req_cons, __ATOMIC_ACQUIRE) == XENSTORE_RING_SIZE;
}

/* A daemon that cannot get rid of its answers takes no requests. */
static void put(const void *bytes, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        while (is_full()) {
            while (pull())
                ;
            store_wait();
        }
        ring->req[MASK_XENSTORE_IDX(ring->req_prod)] = ((const char *)bytes)[i];
        __atomic_store_n(&ring->req_prod, ring->req_prod + 1, __ATOMIC_RELEASE);
    }
}

static void push(u32 type, u32 number, const char *body, u32 length)
{
    struct xsd_sockmsg head = {.type = type, .req_id = number, .len = length};

    asked[type]++;
    put(&head, sizeof(head));
    put(body, length);
    port_send(start_info->store_evtchn);
}

static bool ask(u32 type, const char *body, u32 length)
{
    push(type, type | AWAITED, body, length);
    while (!pull() || answer.req_id != (type | AWAITED))
        store_wait();
    return answer.type != XS_ERROR;
}

bool store_read(const char *path)
{
    return ask(XS_READ, path, (u32)strlen(path) + 1);
}

bool store_write(const char *path, const char *fmt, ...)
{
    char body[2 * VALUE_SIZE];
    u32 length = (u32)strlcpy(body, path, VALUE_SIZE) + 1;
    va_list ap;

    va_start(ap, fmt);
    length += (u32)format(body + length, VALUE_SIZE, fmt, ap);
    va_end(ap);
    return ask(XS_WRITE, body, length);
}

/* Two strings, each with its end. */
static u32 pair(char *body, const char *fmt, ...)
{
    u32 length;
    va_list ap;

    va_start(ap, fmt);
    length = (u32)format(body, VALUE_SIZE, fmt, ap) + 1;
    va_end(ap);
    for (u32 i = 0; i < length; i++)
        if (body[i] == ' ')
            body[i] = 0;
    return length;
}

static void tell(void)
{
    store_write("data/store", "asked %u refused: writes %u %s watches %u %s transactions %u %s",
                asked[XS_WRITE] + asked[XS_WATCH] + asked[XS_TRANSACTION_START], refused[XS_WRITE], why[XS_WRITE],
                refused[XS_WATCH], why[XS_WATCH], refused[XS_TRANSACTION_START], why[XS_TRANSACTION_START]);
}

void store_start(void)
{
    if (!store_init())
        print("hostile: there is no xenstore\n");
    else
        tell();
}

void store_step(void)
{
    static u32 n;
    char body[VALUE_SIZE];

    if (!ring)
        return;
    n++;
    push(XS_WRITE, XS_WRITE, body, pair(body, "data/a-name-nobody-wants-%u and-what-it-is-worth", n % NAMES));
    push(XS_WATCH, XS_WATCH, body, pair(body, "data %u", n));
    push(XS_TRANSACTION_START, XS_TRANSACTION_START, "", 1);
    if (n % 256 == 0)
        tell();
}
