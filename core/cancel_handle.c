// A handle is a cell between a scope and those who hold on to it: close clears
// it, the last reference frees it, in whichever order.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The scope does not count as a reference, or a handle that all have released
// would live on until close. So either side unhooks the other when it goes.

#include "core/misuse.h"
#include "core/run.h"
#include "core/scope.h"

struct trio_cancel_handle {
    struct trio_cancel_scope *scope; // NULL once closed.
    size_t references;
};

void trio_handle_clear_(struct trio_cancel_scope *scope)
{
    scope->handle->scope = NULL;
    scope->handle = NULL;
}

trio_status trio_cancel_scope_share(struct trio_cancel_scope *scope,
                                    struct trio_cancel_handle **ret_handle)
{
    struct trio_run *run = trio_run_current_();
    const struct trio_memory *memory = &run->config.memory;

    if (!scope->open)
        trio_misuse_by_(__func__, "was called for a scope that is closed",
                        scope, scope->place);
    if (scope->handle == NULL) {
        struct trio_cancel_handle *handle =
            memory->allocate(memory->context, sizeof(*handle));
        if (handle == NULL)
            return trio_fail(TRIO_ENOMEM, "share a cancel scope");
        handle->scope = scope;
        handle->references = 0;
        scope->handle = handle;
    }
    *ret_handle = trio_cancel_handle_retain(scope->handle);
    return TRIO_OK;
}

trio_status trio_cancel_handle_cancel(struct trio_cancel_handle *handle,
                                      const char *reason)
{
    if (handle->scope == NULL)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_cancel_scope_cancel(handle->scope, reason);
    return TRIO_OK;
}

trio_status
trio_cancel_handle_set_deadline_at(struct trio_cancel_handle *handle,
                                   trio_time deadline)
{
    if (handle->scope == NULL)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_cancel_scope_set_deadline_at(handle->scope, deadline);
    return TRIO_OK;
}

trio_status trio_cancel_handle_set_shield(struct trio_cancel_handle *handle,
                                          bool shield)
{
    if (handle->scope == NULL)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_cancel_scope_set_shield(handle->scope, shield);
    return TRIO_OK;
}

struct trio_cancel_handle *
trio_cancel_handle_retain(struct trio_cancel_handle *handle)
{
    handle->references++;
    return handle;
}

void trio_cancel_handle_release(struct trio_cancel_handle *handle)
{
    if (handle == NULL)
        return;
    const struct trio_memory *memory = &trio_run_current_()->config.memory;

    TRIO_ASSERT(handle->references > 0);
    if (--handle->references > 0)
        return;
    if (handle->scope != NULL)
        handle->scope->handle = NULL;
    memory->release(memory->context, handle, sizeof(*handle));
}
