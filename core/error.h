// Records of errors: kept by tasks, handed on at their ends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_ERROR_H
#define TRIO_CORE_ERROR_H

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/status.h>
#include <trio/task.h>

#define ERRORS_KEPT 4

struct trio_run;

// ---- error.c ----
struct trio_error *trio_error_take_(struct trio_run *run,
                                    struct trio_task *task);
void trio_error_note_(struct trio_run *run, struct trio_task *task,
                      trio_status rc, int os_error, const void *place,
                      const char *text);
void trio_error_append_(struct trio_task *task, trio_status rc,
                        const char *text);
void trio_error_push_(struct trio_run *run, struct trio_task *task,
                      struct trio_error *error);
struct trio_error *trio_error_detach_(struct trio_run *run,
                                      struct trio_task *task, trio_status rc);
// As trio_fail, for any task. `place`: whose call failed, NULL: nobody's.
void trio_error_fail_for_(struct trio_task *task, trio_status rc,
                          const void *place, const char *format, ...)
    TRIO_PRINTF(4, 5);
// Drops the task's newest record of a status, if there is one.
void trio_error_forget_(struct trio_run *run, struct trio_task *task,
                        trio_status rc);
void trio_errors_end_(struct trio_run *run, struct trio_task *task);
void trio_error_give_(struct trio_run *run, struct trio_error *error);
void trio_error_adopt_(struct trio_error *group, struct trio_error *children);
// Has the text of a group say of how many: "2 errors".
void trio_error_count_(struct trio_run *run, struct trio_error *group);

// ---- error_tree.c ----
void trio_error_print_(const struct trio_report *report,
                       const struct trio_error *error);
struct trio_error *trio_error_export_(struct trio_run *run,
                                      const struct trio_error *error);

#endif // TRIO_CORE_ERROR_H
