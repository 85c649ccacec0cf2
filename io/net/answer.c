// What the system's resolver writes to has two owners, the task that asks and
// the thread, since the thread may be the last one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/answer.h"

#include <trio/address.h>
#include <trio/run.h>
#include <trio/thread.h>

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

static TRIO_CHECKPOINT trio_status ask_system(struct trio_lookup *lookup,
                                              bool backwards)
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
    errand->lookup = *lookup;
    errand->look_up = backwards ? jobs->lookup_name : jobs->lookup_addresses;
    errand->owners = 2;
    errand->release = memory->release;
    errand->release_context = memory->context;
    trio_status rc = trio_thread_run(&options, run_errand, errand);
    if (rc == TRIO_OK)
        *lookup = errand->lookup;
    else if (!abandoned)
        give_up_errand(errand); // The thread that never was.
    give_up_errand(errand);
    return rc;
}

// ---- Whoever is set in its place ----

static bool is_replaced(const struct trio_resolver *resolver, bool backwards)
{
    if (resolver == NULL)
        return false;
    return backwards ? resolver->reverse != NULL : resolver->resolve != NULL;
}

static TRIO_CHECKPOINT trio_status
ask_resolver(struct trio_lookup *lookup, bool backwards,
             const struct trio_resolver *resolver)
{
    if (backwards)
        return resolver->reverse(resolver->context, &lookup->addresses[0],
                                 lookup->host, sizeof(lookup->host));
    trio_status rc =
        resolver->resolve(resolver->context, lookup->host, lookup->family,
                          lookup->addresses, TRIO_RESOLVE_MAX, &lookup->count);
    if (rc == TRIO_OK && lookup->count > TRIO_RESOLVE_MAX)
        trio_misuse("a resolver found more addresses than there was room for",
                    resolver);
    if (rc == TRIO_OK && lookup->count == 0)
        rc = TRIO_ENOENT;
    return rc;
}

// ---- Either ----

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

trio_status trio_answer_(struct trio_lookup *lookup, bool backwards,
                         const struct trio_resolver *resolver)
{
    trio_status rc;

    if (is_replaced(resolver, backwards)) {
        lookup->status = TRIO_OK;
        rc = ask_resolver(lookup, backwards, resolver);
    } else {
        rc = ask_system(lookup, backwards);
    }
    if (rc == TRIO_OK)
        drop_repeated(lookup);
    return rc;
}
