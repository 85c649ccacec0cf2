// Names of hosts that are not ASCII, as DNS has them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_IDNA_H
#define TRIO_IO_IDNA_H

#include <trio/base.h>
#include <trio/status.h>

// Encodes a name, or a single label, which is UTF-8, into `ret_ascii` of `size`
// bytes. TRIO_EINVAL: `*ret_reason` says why not, in static words;
// TRIO_EMSGSIZE, TRIO_ENOMEM; TRIO_ENOTSUP: there is no library for it. For any
// thread.
TRIO_MUST_USE trio_status trio_idna_encode_(const char *name, char *ret_ascii,
                                            size_t size,
                                            const char **ret_reason);

#endif // TRIO_IO_IDNA_H
