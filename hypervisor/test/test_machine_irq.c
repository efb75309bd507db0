/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of an interrupt: each step by hand, then random steps against a model. Proves [irq.level],
 * [irq.edge] and [irq.vector]. */
#include "ci/tap.h"
#include "machine_fake/hardware.h"
#include "lib/errno.h"
#include "x86/x86.h"

#include <stdlib.h>
#include <string.h>

static unsigned own_calls;

void on_irq(unsigned irq)
{
    fake_arrivals[irq]++;
}

static void own(void)
{
    own_calls++;
}

static struct msi message(unsigned entry)
{
    return (struct msi){.bdf = 0x18, .is_msix = true, .entry = (uint16_t)entry};
}

static void level(void)
{
    unsigned eois = fake_eois;

    check(irq_setup_gsi(11, true, true) == 0, "a GSI is set up as level, active low");
    check(irq_setup_gsi(11, true, true) == -EEXIST, "the same again is -EEXIST");
    check(fake_pin[11].is_masked && !fake_pin[11].vector, "and stays masked until it is bound");
    check(irq_bind(11) == 0 && !fake_pin[11].is_masked, "binding unmasks it");
    check(fake_pin[11].is_level && fake_pin[11].is_low, "level and low in the pin");
    check(irq_setup_gsi(11, false, false) == -EBUSY, "no other trigger while bound");
    check(irq_bind(11) == -EBUSY, "no second binding");
    irq_dispatch(fake_pin[11].vector);
    check(fake_arrivals[11] == 1 && fake_eois == eois + 1, "an arrival is told, with one EOI");
    check(fake_pin[11].is_masked, "[irq.level] the pin is masked now");
    irq_eoi(11);
    check(!fake_pin[11].is_masked, "[irq.level] eoi unmasks it");
    irq_dispatch(fake_pin[11].vector);
    irq_unbind(11);
    irq_eoi(11);
    check(fake_pin[11].is_masked, "an eoi after unbinding unmasks nothing");
    irq_dispatch(fake_pin[11].vector);
    check(fake_arrivals[11] == 2 && fake_eois == eois + 3, "a late arrival is nobody's, but gets its EOI");
}

static void edge(void)
{
    check(irq_bind(1) == 0 && !fake_pin[1].is_level, "an ISA interrupt is edge without set-up");
    irq_dispatch(fake_pin[1].vector);
    irq_dispatch(fake_pin[1].vector);
    check(fake_arrivals[1] == 2 && !fake_pin[1].is_masked, "[irq.edge] never masked while bound");
    check(irq_is_level(9) && !irq_is_level(1), "the MADT's override makes the SCI level");
    check(irq_bind_own(0, own) == 0 && !fake_pin[2].is_masked, "ISA 0 of our own is GSI 2");
    irq_dispatch(fake_pin[2].vector);
    check(own_calls == 1 && !fake_arrivals[2], "our own goes to our handler only");
    check(irq_bind(2) == -EBUSY, "and nobody else can have it");
    irq_unbind(2);
    check(!fake_pin[2].is_masked, "or take it away");
}

static void refusals(void)
{
    check(irq_bind(FAKE_GSIS) == -EINVAL && irq_bind(IRQ_COUNT) == -EINVAL && irq_bind(~0u) == -EINVAL,
          "no interrupt of that number");
    check(irq_setup_gsi(~0u, false, false) == -EINVAL, "no GSI of that number");
    check(irq_destroy_msi(3) == -EINVAL, "a GSI is no message");
    irq_eoi(~0u);
    irq_unbind(~0u);
    unsigned eois = fake_eois;
    irq_dispatch(VECTOR_SPURIOUS);
    irq_dispatch(0x27);
    check(fake_eois == eois, "spurious vectors get no EOI");
    irq_dispatch(VECTOR_TIMER);
    check(fake_timer == 1, "the timer has its own way");
    for (unsigned v = VECTOR_FIRST; v <= VECTOR_LAST; v++)
        irq_dispatch(v);
    check(1, "vectors of nobody do no harm");
}

static void messages(void)
{
    struct msi m = message(5);
    int irq = irq_create_msi(&m);

    check(irq >= FAKE_GSIS && fake_msi[5].is_masked && fake_msi[5].vector, "a message is made, masked");
    check(irq_create_msi(&m) == -EEXIST, "once");
    check(irq_setup_gsi((unsigned)irq, true, true) == -EINVAL, "it is no GSI");
    check(irq_bind((unsigned)irq) == 0 && !fake_msi[5].is_masked, "binding unmasks it");
    irq_dispatch(fake_msi[5].vector);
    check(fake_arrivals[irq] == 1 && !fake_msi[5].is_masked, "[irq.edge] it stays so");
    fake_msi[5].vector = 0;
    check(irq_restore_msi(0x18) == 0 && fake_msi[5].vector && !fake_msi[5].is_masked,
          "restored after a reset of the device");
    check(irq_restore_msi(0x19) == -ENODEV, "nothing to restore of another");
    unsigned vector = fake_msi[5].vector;
    check(irq_destroy_msi((unsigned)irq) == 0 && fake_msi[5].is_masked, "destroyed while bound: masked");
    irq_dispatch(vector);
    check(fake_arrivals[irq] == 1, "a late message is nobody's");
    fake_msi_map_result = -ENOSPC;
    check(irq_create_msi(&m) == -ENOSPC && !irq_exists((unsigned)irq), "a table that cannot be mapped");
    fake_msi_map_result = 0;
}

static void exhaust(void)
{
    static int made[IRQ_COUNT];
    bool used[256] = {false}, distinct = true;
    int n = 0, rc;
    struct msi m = message(0);

    for (unsigned bdf = 0x100; n < IRQ_COUNT; bdf++) {
        m.bdf = (uint16_t)bdf;
        rc = irq_create_msi(&m);
        if (rc < 0)
            break;
        made[n++] = rc;
        distinct &= !used[fake_msi[0].vector];
        used[fake_msi[0].vector] = true;
    }
    printf("# %d messages\n", n);
    check(rc == -ENOSPC && n > 150, "150 messages and more, then -ENOSPC");
    check(distinct && !used[0x80] && !used[0x82], "[irq.vector] each its own vector, none of the guests' gates");
    while (n--)
        irq_destroy_msi((unsigned)made[n]);
    check(irq_create_msi(&m) >= 0, "and all come back");
}

struct model {
    bool exists, is_bound, in_service, is_level;
};

static struct fake_source *source_of(unsigned irq, const int *msi_irq)
{
    if (irq < FAKE_GSIS)
        return &fake_pin[irq];
    for (unsigned e = 0; e < 8; e++)
        if (msi_irq[e] == (int)irq)
            return &fake_msi[8 + e];
    return NULL;
}

static void step(struct model *model, int *msi_irq)
{
    unsigned irq = (unsigned)rand() % (FAKE_GSIS + 12), e = (unsigned)rand() % 8;
    struct model *k = &model[irq];
    struct fake_source *s = source_of(irq, msi_irq);
    struct msi m = message(8 + e);

    if (irq == 2)
        return; /* our own */
    switch (rand() % 6) {
    case 0:
        if (!irq_bind(irq)) {
            k->is_bound = true;
            k->in_service = false;
        }
        break;
    case 1:
        irq_unbind(irq);
        k->is_bound = k->in_service = false;
        break;
    case 2:
        irq_eoi(irq);
        k->in_service = false;
        break;
    case 3:
        if (s && s->vector && !s->is_masked) {
            irq_dispatch(s->vector);
            k->in_service = k->is_level && k->is_bound;
        }
        break;
    case 4:
        if (msi_irq[e] < 0 && (msi_irq[e] = irq_create_msi(&m)) >= 0)
            model[msi_irq[e]] = (struct model){.exists = true};
        break;
    default:
        if (msi_irq[e] >= 0 && !irq_destroy_msi((unsigned)msi_irq[e])) {
            model[msi_irq[e]] = (struct model){.exists = false};
            msi_irq[e] = -1;
        }
    }
}

static void random_life(void)
{
    static struct model model[IRQ_COUNT];
    int msi_irq[8], wrong = 0;

    memset(msi_irq, -1, sizeof(msi_irq));
    for (unsigned i = 0; i < FAKE_GSIS; i++) {
        irq_unbind(i);
        model[i] = (struct model){.exists = true, .is_level = irq_is_level(i)};
    }
    for (int n = 0; n < 300000; n++) {
        step(model, msi_irq);
        for (unsigned i = 0; i < FAKE_GSIS + 8; i++) {
            struct fake_source *s = source_of(i, msi_irq);

            if (i != 2 && s && s->is_masked != (!model[i].is_bound || model[i].in_service))
                wrong++;
        }
    }
    printf("# %d wrong\n", wrong);
    check(!wrong, "300,000 random steps: masked exactly when unbound or in service");
}

int main(void)
{
    srand(1);
    irq_init();
    level();
    edge();
    refusals();
    messages();
    exhaust();
    random_life();
    return check_end();
}
