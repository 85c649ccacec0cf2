"""What a tidy tree is; applied by tools/tidy."""
# SPDX-License-Identifier: MIT OR Apache-2.0
