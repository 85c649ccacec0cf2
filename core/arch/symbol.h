// How a function of assembler is named and described, by the format of object
// files: ELF has types and sizes, Mach-O has an underscore before each name and
// starts a block at each symbol that does not begin with L.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_ARCH_SYMBOL_H
#define TRIO_ARCH_SYMBOL_H

#if defined(__MACH__)
#define SYMBOL(name) _##name
#define LOCAL(name) L##name
#define FUNCTION(name)
#define END(name)
#else
#define SYMBOL(name) name
#define LOCAL(name) name
#define FUNCTION(name) .type name, %function
#define END(name) .size name, . - name
#endif

#endif // TRIO_ARCH_SYMBOL_H
