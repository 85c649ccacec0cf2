// A conversation over each stream of the test kit: what is sent comes, all of
// it and in order, until one of the two has had enough.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/lockstep_stream.h>
#include <trio/memory_stream.h>

#include "tests/scenarios/kit.h"

enum { LENGTH = 10 };

struct talk {
    struct trio_stream *here;
    struct trio_stream *there;
    unsigned char came[LENGTH + 1];
    size_t sent;
    size_t received;
    bool ended;
};

static const unsigned char text[] = "0123456789";

static TRIO_CHECKPOINT trio_status speak(void *arg)
{
    struct talk *talk = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && talk->sent < LENGTH) {
        size_t count = talk->sent % 3 + 1;
        size_t sent = 0;
        if (count > LENGTH - talk->sent)
            count = LENGTH - talk->sent;
        rc = trio_stream_send_all(talk->here, text + talk->sent, count, &sent);
        TRIO_SIM_ALWAYS(rc != TRIO_OK || sent == count,
                        "success means that all of it was sent");
        talk->sent += sent;
    }
    if (rc == TRIO_OK)
        rc = trio_stream_send_eof(talk->here);
    return rc;
}

static TRIO_CHECKPOINT trio_status listen_to(struct talk *talk)
{
    size_t length = 0;
    trio_status rc;

    do {
        rc = trio_stream_receive_some(
            talk->there, talk->came + talk->received,
            LENGTH - talk->received > 4 ? 4 : LENGTH - talk->received + 1,
            &length);
        if (rc != TRIO_OK)
            break;
        TRIO_SIM_ALWAYS(length > 0 && talk->received + length <= LENGTH,
                        "at least a byte, and none that was not sent");
        talk->received += length;
    } while (true);
    talk->ended = rc == TRIO_EEND;
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// Answers when all is said.
static TRIO_CHECKPOINT trio_status listen_and_answer(void *arg)
{
    struct talk *talk = arg;

    trio_status rc = listen_to(talk);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(talk->there, "ok", 2, NULL);
    return rc;
}

static TRIO_CHECKPOINT trio_status hear_answer(struct talk *talk)
{
    char answer[4];
    size_t length = 0;

    trio_status rc =
        trio_stream_receive_some(talk->here, answer, sizeof(answer), &length);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || (length == 2 && answer[0] == 'o'),
                    "the answer comes as it was given");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || talk->ended,
                    "the answer comes after the end");
    return rc;
}

static TRIO_CHECKPOINT trio_status run_talk(struct trio_stream *here,
                                            struct trio_stream *there)
{
    struct talk talk = {.here = here, .there = there};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, speak, &talk);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, listen_and_answer, &talk);
    if (rc == TRIO_OK)
        rc = hear_answer(&talk);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(talk.received <= talk.sent &&
                        memcmp(talk.came, text, talk.received) == 0,
                    "what comes is what was sent");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(talk.received == LENGTH && talk.ended,
                        "all of it comes, and then the end");
    trio_ignore(trio_stream_close(here));
    trio_ignore(trio_stream_close(there));
    return rc;
}

TRIO_SCENARIO(a_talk_through_memory)
{
    struct trio_memory_stream here;
    struct trio_memory_stream there;

    (void)arg;
    trio_memory_stream_pair(&here, &there);
    return run_talk(&here.stream, &there.stream);
}

TRIO_SCENARIO(a_talk_in_lockstep)
{
    struct trio_lockstep_stream here;
    struct trio_lockstep_stream there;

    (void)arg;
    trio_lockstep_stream_pair(&here, &there);
    return run_talk(&here.stream, &there.stream);
}
