"""Mutants of the library, and which tests find them."""
# SPDX-License-Identifier: MIT OR Apache-2.0
