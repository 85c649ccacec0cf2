// Handles are closed while tasks wait through them: all of those are told, with
// the status that says which side it was.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct line {
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    bool sender_closed;
    bool receiver_closed;
    int told;
};

static TRIO_CHECKPOINT trio_status send_until_closed(void *arg)
{
    struct line *line = arg;
    trio_status rc;
    int number = 7;

    while ((rc = trio_channel_send(&line->sender, &number)) == TRIO_OK) {
        // Until somebody closes it.
    }
    TRIO_SIM_ALWAYS(rc != TRIO_ECLOSED || line->sender_closed,
                    "closed means: on this side");
    TRIO_SIM_ALWAYS(rc != TRIO_EBROKEN || line->receiver_closed,
                    "broken means: on the other side");
    if (rc != TRIO_ECLOSED && rc != TRIO_EBROKEN)
        return rc;
    line->told++;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive_until_closed(void *arg)
{
    struct line *line = arg;
    trio_status rc;
    int number = 0;

    while ((rc = trio_channel_receive(&line->receiver, &number)) == TRIO_OK) {
        TRIO_SIM_ALWAYS(number == 7, "what was sent is received");
        rc = trio_sleep(TRIO_SECOND / 2);
        if (rc != TRIO_OK)
            return rc;
    }
    TRIO_SIM_ALWAYS(rc != TRIO_ECLOSED || line->receiver_closed,
                    "closed means: on this side");
    TRIO_SIM_ALWAYS(rc != TRIO_EEND || line->sender_closed,
                    "the end means: on the other side");
    if (rc != TRIO_ECLOSED && rc != TRIO_EEND)
        return rc;
    line->told++;
    return TRIO_OK;
}

static void close_sender(struct line *line)
{
    line->sender_closed = true;
    trio_sender_close(&line->sender);
    TRIO_SIM_ALWAYS(trio_channel_statistics(&line->channel).sending == 0,
                    "nobody waits through a handle that is closed");
}

static void close_receiver(struct line *line)
{
    line->receiver_closed = true;
    trio_receiver_close(&line->receiver);
    TRIO_SIM_ALWAYS(trio_channel_statistics(&line->channel).receiving == 0,
                    "nobody waits through a handle that is closed");
}

// What is closed after a while.
enum side { SENDER, RECEIVER };

static TRIO_CHECKPOINT trio_status run_line(int senders, int receivers,
                                            enum side closed)
{
    struct line line = {.told = 0};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_channel_open(&line.channel, sizeof(int), NULL, 0, &line.sender,
                      &line.receiver);
    trio_sim_name(&line.channel, "line");
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < senders; i++)
        rc = trio_nursery_start_soon(&nursery, send_until_closed, &line);
    for (int i = 0; rc == TRIO_OK && i < receivers; i++)
        rc = trio_nursery_start_soon(&nursery, receive_until_closed, &line);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    if (closed == SENDER)
        close_sender(&line);
    else
        close_receiver(&line);
    rc = trio_nursery_close(&nursery, rc);
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(line.told == senders + receivers, "everybody is told");
    close_sender(&line);
    close_receiver(&line);
    return rc;
}

TRIO_SCENARIO(the_end_is_told_to_all_receivers)
{
    (void)arg;
    return run_line(0, 3, SENDER);
}

TRIO_SCENARIO(a_break_is_told_to_all_senders)
{
    (void)arg;
    return run_line(3, 0, RECEIVER);
}

TRIO_SCENARIO(a_sender_is_closed_under_all_that_send)
{
    (void)arg;
    return run_line(3, 1, SENDER);
}

TRIO_SCENARIO(a_receiver_is_closed_under_all_that_receive)
{
    (void)arg;
    return run_line(1, 3, RECEIVER);
}
