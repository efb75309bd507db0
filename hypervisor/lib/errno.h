/* SPDX-License-Identifier: BSD-2-Clause */
/* Error numbers of the guest ABI (the values Linux uses; <xen/errno.h>), returned negative. */
#ifndef LIB_ERRNO_H
#define LIB_ERRNO_H

enum {
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EIO = 5,
    ENXIO = 6,
    E2BIG = 7,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    EBUSY = 16,
    EEXIST = 17,
    ENODEV = 19,
    EINVAL = 22,
    ENOSPC = 28,
    ENOSYS = 38,
    ENODATA = 61,
    EOVERFLOW = 75,
    ERESTART = 85, /* never reaches a guest: the dispatcher runs the hypercall again, see restart_arg() */
    EOPNOTSUPP = 95,
    ENOBUFS = 105,
    ETIMEDOUT = 110,
};

#endif
