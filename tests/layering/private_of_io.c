// Must not build: this folder is not io/.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/stacks.h"
