// Statuses: the application's own, dropped on purpose, told apart.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

#define QUOTA_EXCEEDED ((trio_status)-1001)

TRIO_CHECKPOINT trio_status work(void);
TRIO_CHECKPOINT trio_status statuses(void);

TRIO_CHECKPOINT trio_status statuses(void)
{
    trio_ignore(trio_sleep(TRIO_MS));
    trio_status rc = trio_combine(work(), trio_checkpoint());
    switch (rc) {
    case TRIO_OK:
    case TRIO_ECANCELED:
        return rc;
    case TRIO_EEND:
        return trio_fail_bare(TRIO_EEND);
    default:
        if (rc == QUOTA_EXCEEDED)
            trio_error_clear();
        return trio_fail(QUOTA_EXCEEDED, "%s after %d", "quota", 3);
    }
}
