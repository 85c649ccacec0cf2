// The entry queue: a stack that any thread may push on and only the run takes
// from, whole.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Taking it whole and turning it round makes it first in, first out, with no
// lock that a signal handler could find held. Its end is one exchange, too: the
// mark that it leaves tells every later post that the run is over.
//
// A post pushes first and wakes the world then, so the world must not go away
// in between: `posting` counts the posts under way, and the end waits for them.
// That is a wait of a few instructions, and never for the thread's own signal
// handlers, which have returned by then.

#include "core/entry.h"
#include "core/run.h"

#define LOAD(pointer) __atomic_load_n((pointer), __ATOMIC_SEQ_CST)
#define ADD(pointer) __atomic_add_fetch((pointer), 1, __ATOMIC_SEQ_CST)
#define SUBTRACT(pointer) __atomic_sub_fetch((pointer), 1, __ATOMIC_SEQ_CST)
#define EXCHANGE(pointer, value)                                               \
    __atomic_exchange_n((pointer), (value), __ATOMIC_SEQ_CST)

struct trio_entry trio_queue_over_;

trio_status trio_poster_begin_(struct trio_run *run)
{
    const struct trio_memory *memory = &run->config.memory;

    struct trio_poster *poster =
        memory->allocate(memory->context, sizeof(*poster));
    if (poster == NULL)
        return TRIO_ENOMEM;
    *poster = (struct trio_poster){.references = 1,
                                   .io = run->config.world.io,
                                   .io_context = run->config.world.context,
                                   .release = memory->release,
                                   .release_context = memory->context};
    run->poster = poster;
    return TRIO_OK;
}

static void release(struct trio_poster *poster)
{
    if (SUBTRACT(&poster->references) == 0)
        poster->release(poster->release_context, poster, sizeof(*poster));
}

trio_status trio_poster_open(struct trio_poster **ret_poster)
{
    struct trio_poster *poster = trio_run_current_()->poster;

    ADD(&poster->references);
    ADD(&poster->open);
    *ret_poster = poster;
    return TRIO_OK;
}

// Wakes the run, whose loop may be waiting for nothing but this.
static void wake(struct trio_poster *poster)
{
    ADD(&poster->posting);
    if (LOAD(&poster->newest) != &trio_queue_over_)
        poster->io->wake(poster->io_context);
    SUBTRACT(&poster->posting);
}

void trio_poster_close(struct trio_poster *poster)
{
    if (poster == NULL)
        return;
    // The last one may leave a deadlock behind: the loop has to look.
    if (SUBTRACT(&poster->open) == 0)
        wake(poster);
    release(poster);
}

trio_status trio_poster_post(struct trio_poster *poster,
                             struct trio_entry *entry)
{
    struct trio_entry *newest;

    if (EXCHANGE(&entry->queued, 1) != 0)
        return TRIO_OK; // S49: it is queued already.
    ADD(&poster->posting);
    newest = LOAD(&poster->newest);
    do {
        if (newest == &trio_queue_over_) {
            SUBTRACT(&poster->posting);
            EXCHANGE(&entry->queued, 0);
            return TRIO_ERUNFINISHED;
        }
        entry->next = newest;
    } while (!__atomic_compare_exchange_n(&poster->newest, &newest, entry, true,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    poster->io->wake(poster->io_context);
    SUBTRACT(&poster->posting);
    return TRIO_OK;
}

bool trio_poster_is_over(const struct trio_poster *poster)
{
    return LOAD(&poster->newest) == &trio_queue_over_;
}

size_t trio_entries_count_(const struct trio_run *run)
{
    const struct trio_entry *entry = LOAD(&run->poster->newest);
    size_t count = 0;

    // Only this thread takes from either list.
    for (; entry != NULL && entry != &trio_queue_over_; entry = entry->next)
        count++;
    for (entry = run->entries; entry != NULL; entry = entry->next)
        count++;
    return count;
}

// Whether an entry is there or may yet be posted. Posters first: of who posts
// and then closes the last one, one or the other must be found. When the queue
// is over, open posters do not matter any more.
bool trio_entry_may_come_(const struct trio_run *run)
{
    bool open = LOAD(&run->poster->open) > 0;
    const struct trio_entry *newest = LOAD(&run->poster->newest);

    if (newest == &trio_queue_over_)
        return run->entries != NULL;
    return open || newest != NULL || run->entries != NULL;
}

// Moves what was posted, oldest first, behind what was taken before.
static void take(struct trio_run *run, struct trio_entry *newest)
{
    struct trio_entry **end = &run->entries;
    struct trio_entry *oldest = NULL;

    while (newest != NULL) {
        struct trio_entry *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = oldest;
}

static void call_first(struct trio_run *run)
{
    struct trio_entry *entry = run->entries;

    run->entries = entry->next;
    // From here on it may be posted again, or be gone.
    EXCHANGE(&entry->queued, 0);
    entry->fn(entry);
}

void trio_entries_run_(struct trio_run *run, size_t max)
{
    if (run->entries == NULL && trio_entries_waiting_(run))
        take(run, EXCHANGE(&run->poster->newest, NULL));
    for (; max > 0 && run->entries != NULL; max--)
        call_first(run);
}

// From here on nothing is posted any more; what was is taken.
static void close(struct trio_run *run)
{
    struct trio_entry *newest =
        EXCHANGE(&run->poster->newest, &trio_queue_over_);

    take(run, newest == &trio_queue_over_ ? NULL : newest);
}

// The last call of post may still look at the world.
static void await_posts(const struct trio_run *run)
{
    while (LOAD(&run->poster->posting) != 0) {
    }
}

void trio_entries_close_(struct trio_run *run)
{
    close(run);
    while (run->entries != NULL)
        call_first(run);
    await_posts(run);
}

void trio_entries_drop_(struct trio_run *run)
{
    close(run);
    while (run->entries != NULL) {
        struct trio_entry *entry = run->entries;
        run->entries = entry->next;
        EXCHANGE(&entry->queued, 0);
    }
    await_posts(run);
}

void trio_poster_end_(struct trio_run *run)
{
    release(run->poster);
}
