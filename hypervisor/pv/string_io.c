/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * String I/O: INS and OUTS, with or without REP.
 *
 * A trap moves the elements that lie in one page, at most STRING_MAX. Guest memory is tried before
 * the device is touched, because a byte read from a device cannot be put back: OUTS reads all it
 * will send, INS first writes zeros to where the data will go. (Nothing promises what another CPU
 * sees there meanwhile.)
 */
#include "pv/string_io.h"

#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define PREFIX_FS   0x64
#define PREFIX_GS   0x65

struct move {
    bool to_memory;   /* INS */
    uint64_t address; /* of the first element, linear */
    unsigned elements, bytes;
    uint16_t port;
};

/* INS always goes through ES, whose base is 0; OUTS obeys an override. In user mode the hardware's
 * GS base is the user's, in kernel mode the kernel's: always the one that counts. */
static uint64_t source_base(const struct instruction *in)
{
    if (in->segment == PREFIX_FS)
        return rdmsr(MSR_FS_BASE);
    if (in->segment == PREFIX_GS)
        return rdmsr(MSR_GS_BASE);
    return 0;
}

static struct move plan(const struct regs *r, const struct instruction *in)
{
    bool to_memory = in->operation == OP_INS;
    struct move m = {.to_memory = to_memory, .bytes = in->bytes, .port = (uint16_t)r->rdx};
    uint64_t count = in->repeat ? r->rcx : 1;

    m.address = to_memory ? r->rdi : r->rsi + source_base(in);
    m.elements = MIN(count, STRING_MAX);
    if (r->rflags & FLAG_DF)
        m.elements = MIN(m.elements, 1u);
    uint64_t fit = (PAGE_SIZE - (m.address & (PAGE_SIZE - 1))) / m.bytes;
    m.elements = MIN(m.elements, MAX(fit, 1ul));
    return m;
}

static int touch(bool write, uint64_t address, uint8_t *buffer, unsigned n)
{
    return write ? guest_write(GPTR(address), buffer, n) : guest_read(buffer, GPTR(address), n);
}

/* As touch(), page by page: when it fails, f says how. */
static bool touch_or_fault(bool write, uint64_t address, uint8_t *buffer, unsigned n,
                           struct emulate_fault *f)
{
    unsigned room = PAGE_SIZE - (address & (PAGE_SIZE - 1));
    unsigned head = MIN(n, room);
    uint8_t byte;

    if (touch(write, address, buffer, head) == 0) {
        if (head == n || touch(write, address + head, buffer + head, n - head) == 0)
            return true;
        address += head;
    }
    bool present = write && guest_read(&byte, GPTR(address), 1) == 0;
    f->vector = TRAP_PF;
    f->error_code = (write ? PF_WRITE : 0) | (present ? PF_PRESENT : 0);
    f->address = address;
    return false;
}

static void port_to_buffer(struct vcpu *v, const struct move *m, uint8_t *buffer)
{
    for (unsigned i = 0; i < m->elements; i++) {
        uint32_t value = port_read(v, m->port, m->bytes);

        for (unsigned b = 0; b < m->bytes; b++)
            *buffer++ = value >> (8 * b);
    }
}

static void buffer_to_port(struct vcpu *v, const struct move *m, const uint8_t *buffer)
{
    for (unsigned i = 0; i < m->elements; i++) {
        uint32_t value = 0;

        for (unsigned b = 0; b < m->bytes; b++)
            value |= (uint32_t)*buffer++ << (8 * b);
        port_write(v, m->port, m->bytes, value);
    }
}

static bool carry_out(struct vcpu *v, const struct move *m, struct emulate_fault *f)
{
    uint8_t buffer[STRING_MAX * 4] = {0};
    unsigned n = m->elements * m->bytes;

    if (!touch_or_fault(m->to_memory, m->address, buffer, n, f))
        return false;
    if (!m->to_memory) {
        buffer_to_port(v, m, buffer);
        return true;
    }
    port_to_buffer(v, m, buffer);
    return touch_or_fault(true, m->address, buffer, n, f);
}

static void move_on(struct regs *r, const struct instruction *in, const struct move *m)
{
    uint64_t step = (uint64_t)m->elements * m->bytes;

    *(m->to_memory ? &r->rdi : &r->rsi) += r->rflags & FLAG_DF ? -step : step;
    if (in->repeat)
        r->rcx -= m->elements;
    if (in->repeat && r->rcx)
        return;
    r->rip += in->length;
    r->rflags &= ~(uint64_t)FLAG_RF;
}

enum emulate_result string_io(struct vcpu *v, const struct instruction *in, struct emulate_fault *f)
{
    struct move m = plan(&v->ctx.regs, in);

    if (!port_permitted(v, m.port, m.bytes))
        return EMULATE_REFLECT;
    if (m.elements && !is_canonical(m.address))
        return EMULATE_REFLECT; /* #GP it is */
    if (m.elements && !carry_out(v, &m, f))
        return EMULATE_FAULT;
    move_on(&v->ctx.regs, in, &m);
    return EMULATE_DONE;
}
