/* SPDX-License-Identifier: BSD-2-Clause */
/* The model beside the real records. domains[0..3]: those that exist. */
#ifndef MM_COMPARE_H
#define MM_COMPARE_H

#include "mm/mm.h"

/* Every frame, word, page count and base; what differs ends the program. */
void model_compare(struct domain *const domains[4]);

/* The model becomes what the records say. */
void model_sync(struct domain *const domains[4]);

#endif
