// Must not build: this folder is not core/.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/run.h"
