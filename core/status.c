// One table names every status, so that no name can be without a text.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/status.h>

const char *trio_status_name(trio_status rc)
{
    switch (rc) {
#define NAME(name, value, text)                                                \
    case name:                                                                 \
        return #name;
        TRIO_STATUS_TABLE(NAME)
#undef NAME
    default:
        return rc <= -1000 ? "application status" : "unknown status";
    }
}

const char *trio_status_text(trio_status rc)
{
    switch (rc) {
#define TEXT(name, value, text)                                                \
    case name:                                                                 \
        return text;
        TRIO_STATUS_TABLE(TEXT)
#undef TEXT
    default:
        return rc <= -1000 ? "an error of the application" : "unknown status";
    }
}

int trio_exit_code(trio_status rc)
{
    if (rc == TRIO_OK)
        return 0;
    return rc == TRIO_EINTERRUPTED ? 130 : 1;
}
