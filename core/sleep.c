// Sleeping: a timer in the descriptor of the task that waits for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/base.h"
#include "core/clock.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/timer.h"

static const struct trio_wait sleep_wait = {"wake up", TRIO_ACCESS_READ, NULL};

static void wake_up(struct trio_timer *timer)
{
    trio_task_ready_(trio_current_run_,
                     CONTAINER_OF(timer, struct trio_task, timer), TRIO_OK);
}

static bool stop_sleeping(struct trio_task *task, void *arg)
{
    (void)arg;
    trio_timer_disarm_(task->run, &task->timer);
    return true;
}

static trio_status sleep_until(struct trio_run *run, struct trio_task *task,
                               trio_time time)
{
    task->timer.expire = wake_up;
    trio_timer_arm_(run, &task->timer, time);
    task->park = (struct park){
        .wait = &sleep_wait, .abort = stop_sleeping, .own = true};
    return trio_park_(run, task);
}

trio_time trio_sleeps_until_(const struct trio_task *task)
{
    return task->park.abort == stop_sleeping ? task->timer.deadline
                                             : TRIO_FOREVER;
}

trio_status trio_sleep_until(trio_time time)
{
    struct trio_run *run = trio_run_current_();

    time = trio_meant_(run, time);
    if (time == TRIO_FOREVER)
        return trio_sleep_forever();
    if (trio_has_come_(run, time))
        return trio_checkpoint();
    return sleep_until(run, trio_task_current_(run), time);
}

trio_status trio_sleep(trio_duration duration)
{
    struct trio_run *run = trio_run_current_();

    if (duration <= 0)
        return trio_checkpoint();
    trio_time time = trio_from_now_(run, duration);
    return time == TRIO_FOREVER
               ? trio_sleep_forever()
               : sleep_until(run, trio_task_current_(run), time);
}

trio_status trio_sleep_forever(void)
{
    return trio_park(&sleep_wait, NULL, NULL, NULL);
}
