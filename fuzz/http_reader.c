// Answers of an HTTP server: whatever it sends, the client comes to the same,
// however the bytes are cut, and never to more than was sent.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/http/http.h"

#include "fuzz/pieces.h"
#include "fuzz/task.h"

enum { SIZES = 4, BODY_MAX = 4096 };

// An answer, as the client has it.
struct story {
    struct fuzz_bytes sent;
    const uint8_t *sizes; // Of the pieces, SIZES of them; NULL: all at once.
    trio_status head;
    trio_status body;
    size_t length; // Of the body, up to its end or its failure.
    char data[BODY_MAX];
    struct http_response response;
};

static TRIO_CHECKPOINT trio_status receive_body(struct story *story)
{
    size_t length;
    trio_status rc;

    do {
        rc = trio_stream_receive_some(
            &story->response.body.stream, story->data + story->length,
            sizeof(story->data) - story->length, &length);
        if (rc == TRIO_OK)
            story->length += length;
    } while (rc == TRIO_OK && story->length < sizeof(story->data));
    return rc;
}

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct story *story = arg;
    struct http_url url = {.port = 80, .host = "example.org", .target = "/"};
    struct fuzz_pieces pieces;

    fuzz_pieces_init(&pieces, story->sent, story->sizes,
                     story->sizes != NULL ? SIZES : 0);
    story->head = http_get(&pieces.stream, &url, &story->response);
    if (story->head == TRIO_OK)
        story->body = receive_body(story);
    return TRIO_OK;
}

static void check_one(const struct story *story)
{
    const struct http_response *response = &story->response;

    FUZZ_CHECK(story->length <= story->sent.left);
    if (story->head != TRIO_OK) {
        FUZZ_CHECK(story->head == TRIO_EPROTOCOL ||
                   story->head == TRIO_EMSGSIZE || story->head == TRIO_EBROKEN);
        return;
    }
    FUZZ_CHECK(response->status >= 200 && response->status <= 999);
    FUZZ_CHECK(strlen(response->reason) < sizeof(response->reason));
    FUZZ_CHECK(strlen(response->type) < sizeof(response->type));
    FUZZ_CHECK(strlen(response->location) < sizeof(response->location));
    FUZZ_CHECK(response->body.received == story->length);
}

static void check_same(const struct story *one, const struct story *other)
{
    const struct http_response *first = &one->response;
    const struct http_response *second = &other->response;

    FUZZ_CHECK(one->head == other->head);
    FUZZ_CHECK(one->body == other->body);
    FUZZ_CHECK(one->length == other->length);
    FUZZ_CHECK(memcmp(one->data, other->data, one->length) == 0);
    if (one->head != TRIO_OK)
        return;
    FUZZ_CHECK(first->status == second->status);
    FUZZ_CHECK(strcmp(first->reason, second->reason) == 0);
    FUZZ_CHECK(strcmp(first->type, second->type) == 0);
    FUZZ_CHECK(strcmp(first->location, second->location) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct story whole, pieces;
    static const uint8_t no_sizes[SIZES];
    bool has_sizes = size >= SIZES;

    if (has_sizes)
        size -= SIZES;
    if (size > BODY_MAX - 1)
        size = BODY_MAX - 1;
    memset(&whole, 0, sizeof(whole));
    memset(&pieces, 0, sizeof(pieces));
    whole.sent = pieces.sent =
        (struct fuzz_bytes){data + (has_sizes ? SIZES : 0), size};
    pieces.sizes = has_sizes ? data : no_sizes;
    fuzz_run(ask, &whole);
    fuzz_run(ask, &pieces);
    check_one(&whole);
    check_same(&whole, &pieces);
    return 0;
}
