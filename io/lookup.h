// The system's resolver.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_LOOKUP_H
#define TRIO_IO_LOOKUP_H

#include <trio/backend.h>

// Of the seam. Both block.
void trio_lookup_addresses_(struct trio_lookup *lookup);
void trio_lookup_name_(struct trio_lookup *lookup);

#endif // TRIO_IO_LOOKUP_H
