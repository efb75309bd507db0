/* SPDX-License-Identifier: BSD-2-Clause */
/* vtrace mask: what the running hypervisor records; in dom0. */
#include "trace/vtrace/json.h"
#include "trace/vtrace/live/choice.h"

int verb_mask(const struct options *o)
{
    struct live l;
    struct choice c;

    live_open(&l);
    choice_read(&c, &l);
    if (option_given(o, 'e'))
        choice_events(&c, option_text(o, 'e'));
    if (option_given(o, 'd'))
        choice_domains(&c, option_text(o, 'd'));
    choice_apply(&c);
    choice_read(&c, &l);
    if (option_given(o, 'j'))
        json_print(choice_json(&c), false);
    else
        choice_print(stdout, &c);
    return 0;
}
