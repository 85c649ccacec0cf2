// What a function that keeps a frame pointer leaves on the stack.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_FRAME_H
#define TRIO_IO_FRAME_H

struct trio_frame_ {
    const void *caller; // Its frame pointer.
#if defined(__s390x__)
    const void *others[13]; // Registers, and what belongs to nobody.
#endif
    const void *place; // Where it goes on.
};

// Where that lies, of the frame that a pointer stands for: at it in general,
// and on RISC-V right below it.
static inline const struct trio_frame_ *trio_frame_of_(const void *pointer)
{
#if defined(__riscv)
    return (const struct trio_frame_ *)pointer - 1;
#else
    return pointer;
#endif
}

#endif // TRIO_IO_FRAME_H
