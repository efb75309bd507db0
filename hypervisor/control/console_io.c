/* SPDX-License-Identifier: BSD-2-Clause */
/* console_io: the privileged domain writes to the console and reads what was typed; and what the tools
 * read of the console's past. */
#include "control/toolstack.h"
#include "hypercalls.h"
#include "x86/access.h"
#include "x86/console.h"

#define CHUNK 128 /* bytes copied at once, and the unit of work between two looks for something urgent */

static long console_io_write(struct vcpu *v, uint32_t count, guest_ptr from)
{
    char chunk[CHUNK];

    while (count) {
        uint32_t n = MIN(count, CHUNK);

        if (guest_read(chunk, from, n))
            return -EFAULT;
        console_write(chunk, n);
        count -= n;
        from = gptr_add(from, n);
        if (count && preempt_wanted()) {
            restart_arg(v, 1, count);
            restart_arg(v, 2, from.va);
            return -ERESTART;
        }
    }
    return 0;
}

/* At most one chunk: readers ask again. What cannot be stored is lost. */
static long console_io_read(uint32_t count, guest_ptr to)
{
    char chunk[CHUNK];
    size_t n;

    if (!guest_range_ok(to, MIN(count, CHUNK)))
        return -EFAULT;
    n = console_read(chunk, MIN(count, CHUNK));
    if (guest_write(to, chunk, n))
        return -EFAULT;
    return (long)n;
}

long hc_console_io(struct vcpu *v, uint32_t cmd, uint32_t count, guest_ptr buffer)
{
    if (cmd != CONSOLEIO_write && cmd != CONSOLEIO_read)
        return -ENOSYS;
    if (!v->domain->is_privileged)
        return -EPERM;
    return cmd == CONSOLEIO_write ? console_io_write(v, count, buffer)
                                  : console_io_read(count, buffer);
}

/* Whole when not incremental; then `index` says where to go on. */
long sysctl_read_console(struct vcpu *v, struct xen_sysctl *op)
{
    struct xen_sysctl_readconsole *r = &op->u.readconsole;
    guest_ptr to = GPTR((uint64_t)r->buffer.p);
    uint32_t at = r->incremental ? r->index : 0, done = 0, n;
    char chunk[CHUNK];

    while ((n = console_log_read(chunk, MIN(CHUNK, r->count - done), &at))) {
        if (guest_write(gptr_add(to, done), chunk, n))
            return -EFAULT;
        done += n;
    }
    r->count = done;
    r->index = at;
    if (r->clear)
        console_log_clear();
    return 0;
}
