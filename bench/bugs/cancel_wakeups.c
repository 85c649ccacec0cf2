// Two programs in which one that gives up leaves others waiting.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cancel_lost_notify: an agent is notified of a call, and takes a telephone
// line before it takes the call. Cancelled in between, it leaves with the one
// notification there was: the call waits, and so do the other agents. The fix:
// who cannot take a call that is there notifies the next agent.
//
// cancel_broken_handoff_chain: the pieces of a file arrive in any order and are
// written in theirs; each, when it is written, lets the next one go ahead. A
// piece that is cancelled does not, and all after it wait forever. The fix: the
// turn is passed on, under a shield, whatever became of the piece.

#include "bench/bugs/bugs.h"

// ---- A notification that reaches nobody ----

enum { AGENTS = 2 };

struct call_centre {
    struct trio_condition changed;
    struct trio_semaphore lines;
    size_t calls; // That nobody has taken.
    struct trio_event answered;
    bool closed; // Agents go home.
    bool fixed;
};

// Waits for a call and a line, and takes both.
static TRIO_CHECKPOINT trio_status take_call(struct call_centre *centre)
{
    trio_status rc = trio_condition_acquire(&centre->changed);

    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK && centre->calls == 0 && !centre->closed)
        rc = trio_condition_wait(&centre->changed);
    if (rc == TRIO_OK && centre->calls == 0)
        rc = TRIO_EEND;
    if (rc == TRIO_OK)
        rc = trio_semaphore_acquire(&centre->lines);
    if (rc == TRIO_OK)
        centre->calls--;
    else if (centre->fixed && centre->calls > 0)
        trio_condition_notify(&centre->changed, 1);
    trio_condition_release(&centre->changed);
    return rc;
}

static TRIO_CHECKPOINT trio_status answer_calls(void *arg)
{
    struct call_centre *centre = arg;
    struct trio_cancel_scope shift; // An agent may be sent home early.
    trio_status rc;

    bugs_start();
    trio_cancel_scope_open(&shift);
    while ((rc = take_call(centre)) == TRIO_OK) {
        trio_event_set(&centre->answered);
        trio_semaphore_release(&centre->lines);
    }
    return trio_cancel_scope_close(&shift, rc == TRIO_EEND ? TRIO_OK : rc);
}

static TRIO_CHECKPOINT trio_status ring(struct call_centre *centre)
{
    trio_status rc = trio_condition_acquire(&centre->changed);

    if (rc != TRIO_OK)
        return rc;
    centre->calls++;
    trio_condition_notify(&centre->changed, 1);
    trio_condition_release(&centre->changed);
    return trio_event_wait(&centre->answered);
}

static TRIO_CHECKPOINT trio_status close_down(struct call_centre *centre)
{
    trio_status rc = trio_condition_acquire(&centre->changed);

    if (rc != TRIO_OK)
        return rc;
    centre->closed = true;
    trio_condition_notify_all(&centre->changed);
    trio_condition_release(&centre->changed);
    return TRIO_OK;
}

// A day with one call.
static TRIO_CHECKPOINT trio_status spend_day(void *arg)
{
    trio_status rc;

    bugs_start();
    if ((rc = trio_sleep(TRIO_HOUR)) != TRIO_OK)
        return rc;
    if ((rc = ring(arg)) != TRIO_OK)
        return rc;
    return close_down(arg);
}

static TRIO_CHECKPOINT trio_status run_call_centre(bool fixed)
{
    struct call_centre centre = {.changed = TRIO_CONDITION_INIT,
                                 .lines = TRIO_SEMAPHORE_INIT(AGENTS),
                                 .fixed = fixed};

    bugs_start();
    return bugs_run((struct bugs_tasks[]){
        {.name = "agent", .fn = answer_calls, .arg = &centre, .count = AGENTS},
        {.name = "day", .fn = spend_day, .arg = &centre},
        {.name = NULL},
    });
}

TRIO_SCENARIO(
    cancel_lost_notify,
    .witness = "main agent agent#2 day agent agent#2 clock day*2 cancel:agent")
{
    (void)arg;
    return run_call_centre(false);
}

TRIO_SCENARIO(cancel_lost_notify_fixed)
{
    (void)arg;
    return run_call_centre(true);
}

// ---- A turn that is not passed on ----

enum { PIECES = 3 };

struct file {
    struct trio_event turns[PIECES + 1];
    bool fixed;
};

struct piece {
    struct file *file;
    size_t number;
};

// Fetches a piece and writes it when it is its turn.
static TRIO_CHECKPOINT trio_status fetch(struct piece *piece)
{
    struct file *file = piece->file;
    trio_duration latency = (trio_duration)(PIECES - piece->number);
    trio_status rc = trio_sleep(latency * TRIO_MS);

    if (rc == TRIO_OK)
        rc = trio_event_wait(&file->turns[piece->number]);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS); // write it
    if (rc == TRIO_OK && !file->fixed)
        trio_event_set(&file->turns[piece->number + 1]);
    return rc;
}

static TRIO_CHECKPOINT trio_status pass_on(void *arg)
{
    struct piece *piece = arg;
    trio_status rc = trio_event_wait(&piece->file->turns[piece->number]);

    trio_event_set(&piece->file->turns[piece->number + 1]);
    return rc;
}

static TRIO_CHECKPOINT trio_status download(void *arg)
{
    struct piece *piece = arg;
    struct trio_cancel_scope skip; // It may not be wanted any more.

    bugs_start();
    trio_cancel_scope_open(&skip);
    trio_status rc = fetch(piece);
    rc = trio_cancel_scope_close(&skip, rc);
    // Fetch has not come to an end if it was cancelled.
    if (piece->file->fixed)
        trio_ignore(trio_shielded(TRIO_FOREVER, pass_on, piece));
    return rc;
}

static TRIO_CHECKPOINT trio_status run_download(bool fixed)
{
    struct file file = {.fixed = fixed};
    struct piece pieces[PIECES];

    bugs_start();
    for (size_t i = 0; i < PIECES; i++)
        pieces[i] = (struct piece){&file, i};
    trio_event_set(&file.turns[0]);
    return bugs_run((struct bugs_tasks[]){
        {.name = "piece",
         .fn = download,
         .arg = pieces,
         .count = PIECES,
         .stride = sizeof(pieces[0])},
        {.name = NULL},
    });
}

TRIO_SCENARIO(cancel_broken_handoff_chain, .witness = "main piece cancel:piece")
{
    (void)arg;
    return run_download(false);
}

TRIO_SCENARIO(cancel_broken_handoff_chain_fixed)
{
    (void)arg;
    return run_download(true);
}
