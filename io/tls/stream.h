// What a TLS stream can do as a stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_STREAM_H
#define TRIO_IO_TLS_STREAM_H

#include <trio/tls.h>

extern const struct trio_stream_operations trio_tls_operations_;

#endif // TRIO_IO_TLS_STREAM_H
