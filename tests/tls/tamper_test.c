// Somebody on the way changes one bit of one byte, of each byte in turn, or
// drops one: somebody always notices, and nothing is received that was not
// sent.
//
// One byte may be anything, by the protocol: the lower half of the version in
// the header of a record that is not encrypted yet. Nobody reads it, so nothing
// that follows from it can be noticed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "tests/check.h"
#include "tests/tls/kit.h"

// What passes through here is counted over both directions.
struct way {
    struct trio_memory_stream near, middle_near, middle_far, far;
    struct tls_pair tls;
    size_t passed;
    size_t changed; // The number of the byte that is not left as it was.
    bool unread;    // It is one that nobody reads.
    char bits;      // Which of its bits are changed; 0: it is dropped.
};

struct direction {
    struct way *way;
    struct trio_stream *source, *target;
    unsigned char header[5]; // Of the record that passes.
    size_t at;               // Of the next byte, in its record.
};

// Takes note of one more byte of a record; says whether anybody reads it.
static bool is_read(struct direction *direction, unsigned char byte)
{
    size_t at = direction->at++;

    if (at < 5)
        direction->header[at] = byte;
    const unsigned char *header = direction->header;
    if (at >= 4 && direction->at == 5 + ((size_t)header[3] << 8 | header[4]))
        direction->at = 0;
    return at != 2 || header[0] == 23 || header[0] == 21;
}

// Returns how much is left of what is passed on.
static size_t tamper(struct direction *direction, char *data, size_t length)
{
    struct way *way = direction->way;
    size_t at = way->changed - way->passed;

    for (size_t i = 0; i < length; i++)
        if (!is_read(direction, (unsigned char)data[i]) && i == at)
            way->unread = way->bits != 0;
    way->passed += length;
    if (at >= length) // Also if it has passed already.
        return length;
    data[at] = (char)(data[at] ^ way->bits);
    if (way->bits != 0)
        return length;
    memmove(data + at, data + at + 1, length - at - 1);
    return length - 1;
}

static TRIO_CHECKPOINT trio_status pass_on(void *arg)
{
    struct direction *direction = arg;
    char buffer[4096];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(direction->source, buffer,
                                          sizeof(buffer), &length)) ==
           TRIO_OK) {
        length = tamper(direction, buffer, length);
        rc = trio_stream_send_all(direction->target, buffer, length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    if (rc == TRIO_EEND)
        rc = trio_stream_send_eof(direction->target);
    return trio_is_failure(rc) ? TRIO_OK : rc; // Somebody has given up.
}

// ---- A conversation ----

static const char question[] = "what is the answer?";
static const char answer[] = "forty-two";

static TRIO_CHECKPOINT trio_status hear(struct trio_stream *stream,
                                        const char *expected)
{
    char buffer[100];
    size_t total = 0;
    size_t length;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && total < strlen(expected)) {
        rc = trio_stream_receive_some(stream, buffer, sizeof(buffer), &length);
        if (rc == TRIO_OK) {
            CHECK(total + length <= strlen(expected) &&
                  memcmp(buffer, expected + total, length) == 0);
            total += length;
        }
    }
    return rc;
}

// The peer has nothing more to say, and says so.
static TRIO_CHECKPOINT trio_status hear_end(struct trio_stream *stream)
{
    char byte;
    size_t length;

    trio_status rc = trio_stream_receive_some(stream, &byte, 1, &length);
    CHECK(rc != TRIO_OK);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

struct side {
    struct trio_stream *stream;
    bool client;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status talk(void *arg)
{
    struct side *side = arg;
    const char *mine = side->client ? question : answer;
    const char *theirs = side->client ? answer : question;
    trio_status rc = TRIO_OK;

    if (!side->client)
        rc = hear(side->stream, theirs);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(side->stream, mine, strlen(mine), NULL);
    if (rc == TRIO_OK && side->client)
        rc = hear(side->stream, theirs);
    if (rc == TRIO_OK)
        rc = trio_stream_send_eof(side->stream);
    if (rc == TRIO_OK)
        rc = hear_end(side->stream);
    side->rc = rc;
    rc = trio_stream_close(side->stream);
    return trio_is_failure(rc) ? TRIO_OK : rc;
}

// ---- All of it ----

static TRIO_CHECKPOINT trio_status run(struct way *way, struct side sides[2])
{
    struct direction directions[] = {{.way = way,
                                      .source = &way->middle_near.stream,
                                      .target = &way->middle_far.stream},
                                     {.way = way,
                                      .source = &way->middle_far.stream,
                                      .target = &way->middle_near.stream}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    sides[0] = (struct side){&way->tls.client.stream, true, TRIO_OK};
    sides[1] = (struct side){&way->tls.server.stream, false, TRIO_OK};
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, talk, &sides[i]);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, pass_on, &directions[i]);
    return trio_nursery_close(&nursery, rc);
}

// Talks once, with this byte changed. Returns how many bytes have passed.
static TRIO_PARKS size_t talk_once(enum trio_tls_version version,
                                   size_t changed, char bits)
{
    struct way way = {.changed = changed, .bits = bits};
    struct side sides[2];

    trio_memory_stream_pair(&way.near, &way.middle_near);
    trio_memory_stream_pair(&way.middle_far, &way.far);
    CHECK_OK(open_tls(&way.tls, contexts_of(version), &way.near.stream,
                      &way.far.stream));
    // Where it waits for bytes that do not come, a limit has to notice.
    struct trio_cancel_scope limit;
    trio_fail_after(&limit, TRIO_MINUTE);
    trio_status rc = run(&way, sides);
    rc = trio_cancel_scope_close(&limit, rc);
    bool noticed =
        rc != TRIO_OK || sides[0].rc != TRIO_OK || sides[1].rc != TRIO_OK;
    if (changed == SIZE_MAX)
        CHECK(!noticed);
    else if (!noticed && !way.unread)
        CHECK_EQ(changed, SIZE_MAX); // Tells which.
    drop_tls(&way.tls);
    trio_stream_close_forcefully(&way.middle_near.stream);
    trio_stream_close_forcefully(&way.middle_far.stream);
    return way.passed;
}

static TRIO_PARKS void check_each_byte(enum trio_tls_version version, char bits)
{
    size_t count = talk_once(version, SIZE_MAX, 0);

    CHECK(count > 500);
    for (size_t i = 0; i < count; i++)
        talk_once(version, i, bits);
}

TEST_ONCE(tls_tamper, one_changed_bit_is_noticed_with_1_3)
{
    check_each_byte(TRIO_TLS_1_3, 0x01);
    check_each_byte(TRIO_TLS_1_3, (char)0x80);
}

TEST_ONCE(tls_tamper, one_changed_bit_is_noticed_with_1_2)
{
    check_each_byte(TRIO_TLS_1_2, 0x01);
    check_each_byte(TRIO_TLS_1_2, (char)0x80);
}

TEST_ONCE(tls_tamper, one_byte_that_is_missing_is_noticed)
{
    check_each_byte(TRIO_TLS_1_3, 0);
    check_each_byte(TRIO_TLS_1_2, 0);
}
