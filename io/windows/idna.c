// The system translates names itself, by the rules of 2003.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/idna.h"

#include <windows.h>

#include "io/windows/utf8.h"

#define NAME_SIZE 512

trio_status trio_idna_encode_(const char *name, char *ret_ascii, size_t size,
                              const char **ret_reason)
{
    wchar_t wide[NAME_SIZE];
    wchar_t ascii[NAME_SIZE];

    if (!trio_utf8_to_wide_(name, wide, NAME_SIZE) ||
        IdnToAscii(0, wide, -1, ascii, NAME_SIZE) == 0) {
        *ret_reason = "not a name of a host";
        return TRIO_EINVAL;
    }
    return trio_utf8_from_wide_(ascii, ret_ascii, size) ? TRIO_OK
                                                        : TRIO_EMSGSIZE;
}
