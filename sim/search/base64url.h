// Bytes as text that survives a shell, a URL and a file name.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_BASE64URL_H
#define TRIO_SIM_SEARCH_BASE64URL_H

#include <trio/base.h>

// Writes bytes as text with a final zero; returns its length, 0 if there is no
// room.
size_t trio_sim_base64url_write_(const uint8_t *bytes, size_t count, char *text,
                                 size_t size);

// Reads text that the above could have written. False: it is none, or more than
// `max` bytes.
bool trio_sim_base64url_read_(const char *text, uint8_t *bytes, size_t max,
                              size_t *ret_count);

#endif // TRIO_SIM_SEARCH_BASE64URL_H
