// A console shows text, in UTF-16; what is sent is UTF-8. A character may come
// in several pieces: its beginning is kept until the rest of it is sent.
//
// A screen is a pipe that blocks: while somebody marks text, nothing is shown.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "io/windows/iocp.h"
#include "io/windows/utf8.h"

#define PIECE_MAX ((size_t)32 << 10) // A pipe takes it whole.
#define UNITS_MAX 1024

// What is no text is shown as such.
int trio_iocp_show_(HANDLE screen, const char *text, size_t size)
{
    wchar_t units[UNITS_MAX];

    for (size_t done = 0; done < size;) {
        size_t left = size - done;
        size_t whole =
            left <= UNITS_MAX ? left : trio_utf8_whole_(text + done, UNITS_MAX);
        int count = MultiByteToWideChar(CP_UTF8, 0, text + done, (int)whole,
                                        units, UNITS_MAX);
        DWORD shown = 0;

        for (int i = 0; i < count; i += (int)shown)
            if (!WriteConsoleW(screen, units + i, (DWORD)(count - i), &shown,
                               NULL))
                return (int)GetLastError();
        done += whole;
    }
    return 0;
}

// Adds bytes to half a character until it is whole, or none.
static trio_status complete(struct iocp *iocp, trio_handle handle,
                            const char *data, size_t size, size_t *ret_length)
{
    struct half_character *half = &trio_iocp_slot_(iocp, handle)->half;
    char text[sizeof(half->bytes) + 1];
    size_t length = half->size;
    size_t whole = 0, used = 0, written;
    trio_status rc = TRIO_OK;

    memcpy(text, half->bytes, length);
    while (whole == 0 && used < size) {
        text[length++] = data[used++];
        whole = trio_utf8_whole_(text, length);
    }
    if (whole > 0)
        rc = trio_iocp_write_pipe_(iocp, handle, text, whole, &written);
    if (rc != TRIO_OK)
        return rc;
    half->size = (unsigned char)(length - whole);
    memcpy(half->bytes, text + whole, half->size);
    *ret_length = used;
    return TRIO_OK;
}

trio_status trio_iocp_write_screen_(struct iocp *iocp, trio_handle handle,
                                    const void *data, size_t size,
                                    size_t *ret_length)
{
    size_t whole = trio_utf8_whole_(data, size < PIECE_MAX ? size : PIECE_MAX);

    if (trio_iocp_slot_(iocp, handle)->half.size > 0 || whole == 0)
        return complete(iocp, handle, data, size, ret_length);
    return trio_iocp_write_pipe_(iocp, handle, data, whole, ret_length);
}
