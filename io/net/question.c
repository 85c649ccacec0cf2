// A question is asked by a system task, so that it does not end with whoever
// was the first to ask; it is cancelled when the last one who waits has left.
// From then on nobody finds it: who asks the same has it asked anew.
//
// It is the run's: it is in no realm, and who is given up while he waits for it
// leaves it like all others.
//
// What the system's resolver writes to has two owners, that task and the
// thread, since the thread may be the last one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/question.h"

#include <string.h>

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/event.h>
#include <trio/probe.h>
#include <trio/run.h>
#include <trio/task.h>
#include <trio/thread.h>

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

// ---- The system's resolver ----

struct errand {
    struct trio_lookup lookup;
    void (*look_up)(struct trio_lookup *lookup);
    int owners; // Atomic.
    void (*release)(void *context, void *block, size_t size);
    void *release_context;
};

static void give_up_errand(struct errand *errand)
{
    if (__atomic_sub_fetch(&errand->owners, 1, __ATOMIC_ACQ_REL) == 0)
        errand->release(errand->release_context, errand, sizeof(*errand));
}

static trio_status run_errand(void *arg)
{
    struct errand *errand = arg;

    errand->look_up(&errand->lookup);
    give_up_errand(errand);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status ask_system(struct trio_question_ *question)
{
    const struct trio_memory *memory = trio_run_memory();
    const struct trio_jobs *jobs = trio_run_world()->jobs;
    bool abandoned = false;
    const struct trio_thread_options options = {.name = "resolve",
                                                .abandon_on_cancel = true,
                                                .ret_abandoned = &abandoned};

    struct errand *errand = memory->allocate(memory->context, sizeof(*errand));
    if (errand == NULL)
        return TRIO_ENOMEM;
    errand->lookup = question->lookup;
    errand->look_up =
        question->backwards ? jobs->lookup_name : jobs->lookup_addresses;
    errand->owners = 2;
    errand->release = memory->release;
    errand->release_context = memory->context;
    trio_status rc = trio_thread_run(&options, run_errand, errand);
    if (rc == TRIO_OK)
        question->lookup = errand->lookup;
    else if (!abandoned)
        give_up_errand(errand); // The thread that never was.
    give_up_errand(errand);
    return rc;
}

// ---- Whoever is set in its place ----

static TRIO_CHECKPOINT trio_status ask_resolver(struct trio_question_ *question)
{
    const struct trio_resolver *resolver = question->resolver;
    struct trio_lookup *lookup = &question->lookup;

    if (question->backwards)
        return resolver->reverse(resolver->context, &lookup->addresses[0],
                                 lookup->host, sizeof(lookup->host));
    trio_status rc =
        resolver->resolve(resolver->context, lookup->host, lookup->family,
                          lookup->addresses, TRIO_RESOLVE_MAX, &lookup->count);
    if (rc == TRIO_OK && lookup->count == 0)
        rc = TRIO_ENOENT;
    return rc;
}

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

static bool is_replaced(const struct trio_question_ *question)
{
    const struct trio_resolver *resolver = question->resolver;

    if (resolver == NULL)
        return false;
    return question->backwards ? resolver->reverse != NULL
                               : resolver->resolve != NULL;
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

static bool is_known(const struct trio_lookup *lookup, size_t count,
                     const struct trio_address *address)
{
    for (size_t i = 0; i < count; i++)
        if (trio_address_equal(&lookup->addresses[i], address))
            return true;
    return false;
}

// Keeps the first of each address: who asks listens on all of them, or tries
// one after the other.
static void drop_repeated(struct trio_lookup *lookup)
{
    size_t count = 0;

    for (size_t i = 0; i < lookup->count; i++) {
        lookup->addresses[i].port = 0; // Whatever it was.
        if (!is_known(lookup, count, &lookup->addresses[i]))
            lookup->addresses[count++] = lookup->addresses[i];
    }
    lookup->count = count;
}

static TRIO_CHECKPOINT trio_status ask(struct trio_question_ *question)
{
    trio_status rc;

    if (is_replaced(question)) {
        question->lookup.status = TRIO_OK;
        rc = ask_resolver(question);
    } else {
        rc = ask_system(question);
    }
    if (rc == TRIO_OK)
        drop_repeated(&question->lookup);
    return rc;
}

static TRIO_CHECKPOINT trio_status ask_in_scope(void *arg)
{
    struct trio_question_ *question = arg;

    trio_cancel_scope_open(&question->scope);
    trio_sim_spare(&question->scope);
    question->asking = true;
    if (question->waiting == 0)
        trio_cancel_scope_cancel(&question->scope, NULL);
    trio_status rc = ask(question);
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
