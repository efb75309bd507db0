/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables coming into use and going out of use: work that can be long, and is done in pieces.
 *
 * Each vCPU has one job; d->mm_lock of the job's domain covers it. A function that needs a job started
 * returns -EINPROGRESS: the caller drops the lock, calls job_run() and tries again, and then table_get()
 * finds the result waiting. [job.one]
 */
#ifndef MM_PROMOTE_H
#define MM_PROMOTE_H

#include "mm/type.h"

enum { EINPROGRESS = 115 }; /* inside mm/ only */

enum job_state {
    JOB_IDLE,
    JOB_RUNNING,
    JOB_HELD,   /* promotion done: holds a reference and a count of `root` until somebody takes them */
    JOB_FAILED, /* promotion refused with rc and undone */
};

struct job_level {
    mfn_t table;
    uint8_t use;
    bool is_undo;  /* dropping entries below `slot`; otherwise taking those from `slot` on */
    uint16_t slot;
    bool is_counted;  /* because it will be recorded: */
    uint16_t entries; /* taken, or, once it is dropping, dropped */
    uint64_t begin;   /* TSC */
};

struct job {
    struct list link; /* in the domain's list while not idle */
    struct domain *domain;
    enum job_state state;
    int rc;
    mfn_t root;
    enum frame_use use;
    unsigned depth;
    struct job_level level[4];
};

void job_init(struct job *j);

/* All under d->mm_lock. */

/* One more user of m as a table of d: a reference and a count. 0, -EINPROGRESS, -EAGAIN (another vCPU's
 * job has it), other errors for a refusal. */
int table_get_other(struct job *j, struct domain *d, mfn_t m, enum frame_use use) must_check;

static inline int must_check table_get(struct job *j, struct domain *d, mfn_t m, enum frame_use use)
{
    struct frame *f = frame_of(m);

    if (likely(j->state == JOB_IDLE && frame_exists(m) && frame_get(f, d->id))) {
        if (likely(type_get_more(f, use)))
            return 0;
        frame_put(f);
    }
    return table_get_other(j, d, m, use);
}

/* One less. May start the job, which must be idle: see job_ready(). */
void table_put_other(struct job *j, struct domain *d, mfn_t m);

static inline void table_put(struct job *j, struct domain *d, mfn_t m)
{
    if (likely(type_put_but_last(frame_of(m))))
        frame_put(frame_of(m));
    else
        table_put_other(j, d, m);
}

/* Can a step that gets (m, use) and puts something else go ahead? 0, or -EINPROGRESS when the job first
 * has to get rid of something else. */
int job_ready_other(struct job *j, struct domain *d, mfn_t m, enum frame_use use) must_check;

static inline int must_check job_ready(struct job *j, struct domain *d, mfn_t m, enum frame_use use)
{
    return likely(j->state == JOB_IDLE) ? 0 : job_ready_other(j, d, m, use);
}

/* Without the lock: works until the job does not run any more, and gives up what it holds of a domain
 * other than d. 0, or -ERESTART when preemptible and somebody else wants the CPU. */
int job_run(struct job *j, const struct domain *d, bool preemptible) must_check;

/* Without the lock: takes part in the jobs of all vCPUs on d and leaves them idle. -ERESTART: call
 * again. */
int jobs_finish(struct domain *d) must_check;

/* What every operation on tables of d begins with. */
static inline int job_settle(struct job *j, const struct domain *d)
{
    return likely(j->state == JOB_IDLE) ? 0 : job_run(j, d, true);
}

#endif
