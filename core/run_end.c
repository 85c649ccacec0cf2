// What a run came to, as one status and one tree.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Three things outrank what the main task returned: that a system task failed,
// that the run was deadlocked, and, if nothing really went wrong, that it was
// interrupted. What it returned is then kept below.

#include "core/error.h"
#include "core/misuse.h"
#include "core/nursery.h"
#include "core/run.h"
#include "core/scope.h"

#define NEVER_WOKEN "nothing could ever have woken the run"

static struct trio_error *wrap(struct trio_run *run, trio_status status,
                               const char *text, struct trio_error *first,
                               struct trio_error *second)
{
    struct trio_error *error = trio_error_take_(run, NULL);

    if (error == NULL)
        return first == NULL ? second : first;
    error->status = status;
    trio_format_(&run->config.report, error->text, sizeof(error->text), "%s",
                 text);
    if (first != NULL)
        trio_error_adopt_(error, first);
    if (second != NULL)
        trio_error_adopt_(error, second);
    return error;
}

// Hands the tree to whoever wants it, or prints it.
static void tell(struct trio_run *run, trio_status rc, struct trio_error *error)
{
    struct trio_error **ret_error = run->config.ret_error;

    if (error == NULL && trio_is_failure(rc) && rc != TRIO_EINTERRUPTED)
        error = wrap(run, rc, "", NULL, NULL);
    if (error == NULL)
        return;
    if (ret_error != NULL)
        *ret_error = trio_error_export_(run, error);
    else
        trio_error_print_(&run->config.report, error);
    trio_error_give_(run, error);
}

trio_status trio_run_result_(struct trio_run *run)
{
    bool absorbed = trio_scope_absorb_(run, &run->main.scope);
    bool cancelled = run->main.scope.had_cancel && !absorbed;
    trio_status rc = run->main.status;
    struct trio_error *error = trio_nursery_take_error_(run, &run->main, NULL);

    if (rc == TRIO_OK && cancelled)
        rc = TRIO_ECANCELED;
    if (run->system.status != TRIO_OK) {
        rc = TRIO_EINTERNAL;
        error = wrap(run, rc, "a system task failed",
                     trio_nursery_take_error_(run, &run->system, NULL), error);
    } else if (run->deadlocked) {
        rc = TRIO_EDEADLOCK;
        error = wrap(run, rc, run->cycle[0] ? run->cycle : NEVER_WOKEN, error,
                     NULL);
    } else if (run->interrupted && trio_is_failure(rc)) {
        error = wrap(run, rc, "while being interrupted", error, NULL);
    } else if (run->interrupted) {
        rc = TRIO_EINTERRUPTED;
    }
    tell(run, rc, error);
    return rc;
}
