// Where the lines of a report go.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_REPORT_H
#define TRIO_IO_REPORT_H

// Writes a line to standard error, without the end that it adds. Allocates
// nothing: for handlers of memory faults.
void trio_stderr_line_(void *context, const char *text);

#endif // TRIO_IO_REPORT_H
