// A question is asked by a system task, so that it does not end with whoever
// was the first to ask; it is cancelled when the last one who waits has left.
// From then on nobody finds it: who asks the same has it asked anew.
//
// It is the run's: it is in no realm, and who is given up while he waits for it
// leaves it like all others.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/question.h"

#include <string.h>

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/event.h>
#include <trio/probe.h>
#include <trio/run.h>
#include <trio/task.h>

#include "io/net/answer.h"

struct trio_question_ {
    struct trio_lookup lookup;
    bool backwards;
    const struct trio_resolver *resolver; // Or NULL.
    struct trio_event answered;
    struct trio_cancel_scope scope; // Of the task that asks, while `asking`.
    bool asking;
    size_t waiting;
    size_t owners;               // Those who wait, and the task.
    struct trio_question_ *next; // While it can be found.
};

// Keeps what a failure has left in the records of this task.
static void keep_failure(struct trio_lookup *lookup, trio_status rc)
{
    const struct trio_error *error = trio_error_find(rc);

    lookup->status = rc;
    if (error == NULL)
        return;
    lookup->os_error = error->os_error;
    memcpy(lookup->reason, error->text, sizeof(lookup->reason));
    trio_error_clear();
}

// ---- Asking ----

static void give_up(struct trio_question_ *question)
{
    const struct trio_memory *memory = trio_run_memory();

    if (--question->owners == 0)
        memory->release(memory->context, question, sizeof(*question));
}

// From here on nobody joins it.
static void hide(const struct trio_question_ *question)
{
    struct trio_question_ **link = &trio_run_names()->questions;

    while (*link != NULL && *link != question)
        link = &(*link)->next;
    if (*link != NULL)
        *link = question->next;
}

static TRIO_CHECKPOINT trio_status ask_in_scope(void *arg)
{
    struct trio_question_ *question = arg;

    trio_cancel_scope_open(&question->scope);
    trio_sim_spare(&question->scope);
    question->asking = true;
    if (question->waiting == 0)
        trio_cancel_scope_cancel(&question->scope, NULL);
    trio_status rc = trio_answer_(&question->lookup, question->backwards,
                                  question->resolver);
    question->asking = false;
    if (rc != TRIO_OK)
        keep_failure(&question->lookup, rc);
    rc = rc == TRIO_ECANCELED ? rc : TRIO_OK;
    rc = trio_cancel_scope_close(&question->scope, rc);
    hide(question);
    trio_event_set(&question->answered);
    give_up(question);
    return rc;
}

// ---- Those who wait ----

static bool is_same(const struct trio_question_ *question,
                    const struct trio_lookup *lookup, bool backwards)
{
    if (question->backwards != backwards ||
        question->resolver != trio_run_names()->resolver)
        return false;
    if (backwards)
        return trio_address_equal(&question->lookup.addresses[0],
                                  &lookup->addresses[0]);
    return question->lookup.family == lookup->family &&
           strcmp(question->lookup.host, lookup->host) == 0;
}

static struct trio_question_ *find(const struct trio_lookup *lookup,
                                   bool backwards)
{
    struct trio_question_ *question = trio_run_names()->questions;

    while (question != NULL && !is_same(question, lookup, backwards))
        question = question->next;
    return question;
}

static struct trio_question_ *begin_anywhere(const struct trio_lookup *lookup,
                                             bool backwards)
{
    static const struct trio_task_options options = {.name = "resolver"};
    const struct trio_memory *memory = trio_run_memory();
    struct trio_names *names = trio_run_names();

    struct trio_question_ *question =
        memory->allocate(memory->context, sizeof(*question));
    if (question == NULL)
        return NULL;
    memset(question, 0, sizeof(*question));
    question->lookup = *lookup;
    question->backwards = backwards;
    question->resolver = names->resolver;
    question->owners = 1;
    if (trio_system_task_start(&options, ask_in_scope, question) != TRIO_OK) {
        give_up(question);
        return NULL;
    }
    question->next = names->questions;
    names->questions = question;
    return question;
}

static struct trio_question_ *begin(const struct trio_lookup *lookup,
                                    bool backwards)
{
    void *own = trio_task_swap_realm(NULL);
    struct trio_question_ *question = begin_anywhere(lookup, backwards);

    trio_task_swap_realm(own);
    return question;
}

static void leave(struct trio_question_ *question)
{
    question->waiting--;
    if (question->waiting == 0) {
        hide(question);
        if (question->asking)
            trio_cancel_scope_cancel(&question->scope, "nobody waits for it");
    }
    give_up(question);
}

struct waiter {
    struct trio_task_exit loss; // First.
    struct trio_question_ *question;
};

static void on_loss(struct trio_task_exit *loss)
{
    leave(((struct waiter *)loss)->question); // Its first member.
}

static TRIO_CHECKPOINT trio_status await(struct trio_question_ *question,
                                         struct trio_lookup *ret_lookup)
{
    struct waiter waiter = {.question = question};

    question->waiting++;
    question->owners++;
    trio_task_on_abandon(&waiter.loss, on_loss);
    trio_status rc = trio_event_wait(&question->answered);
    trio_task_cancel_abandon(&waiter.loss);
    if (rc == TRIO_OK)
        *ret_lookup = question->lookup;
    leave(question);
    return rc;
}

trio_status trio_question_ask_(struct trio_lookup *lookup, bool backwards)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    struct trio_question_ *question = find(lookup, backwards);
    if (question == NULL)
        question = begin(lookup, backwards);
    if (question == NULL) {
        trio_cancel_shielded_checkpoint(); // S16
        return TRIO_ENOMEM;
    }
    return await(question, lookup);
}
