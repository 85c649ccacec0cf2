// Must not build: this folder is not sim/.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/internal.h"
