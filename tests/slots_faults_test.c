// Room for what is known of descriptors cannot be had: the call that needs it
// is told so, and what was known before is still there. This program has a
// function of its own in place of the one of libc.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/io.h>
#include <trio/socket.h>
#include <trio/socket_stream.h>

#include <stdlib.h>
#include <unistd.h>

#include "tests/check.h"

enum { FAR = 200 }; // More than there is room for at first.

void *__libc_memalign(size_t alignment, size_t size);

static bool fails;

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails ? NULL : __libc_memalign(alignment, size);
}

static TRIO_PARKS void check_passes_a_byte(struct trio_stream *near,
                                           struct trio_stream *far)
{
    size_t length = 0;
    char byte = 0;

    CHECK_OK(trio_stream_send_all(near, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(far, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
}

TEST_REAL(slots_faults, a_descriptor_without_memory_is_told_so)
{
    struct trio_socket_stream near, far;
    struct trio_socket adopted;

    CHECK_OK(trio_socket_stream_pair(&near, &far));
    int distant = dup2((int)near.socket.handle, FAR);
    REQUIRE(distant == FAR);
    fails = true;
    CHECK_STATUS(trio_wait_writable(distant), TRIO_ENOMEM);
    CHECK_STATUS(trio_socket_adopt(distant, &adopted), TRIO_ENOMEM);
    fails = false;
    check_passes_a_byte(&near.stream, &far.stream);
    CHECK_OK(trio_wait_writable(distant));
    close(distant);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
}
