// The switch for aarch64 with the standard procedure call convention.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context that is not running looks like this, from its stack pointer up:
//
//     x29 x30 x19 ... x28 d8 ... d15 | the frame of whoever called the switch
//
// and goes on at x30. A new one is given a frame of that shape, so it is
// entered as an old one is.

#if defined(__aarch64__) && !defined(_WIN32)

#include "core/arch/symbol.h"

    .text

// int trio_context_switch_(void **save: x0, void *load: x1, int value: w2)
    .globl SYMBOL(trio_context_switch_)
    FUNCTION(trio_context_switch_)
    .p2align 4
SYMBOL(trio_context_switch_):
    .cfi_startproc
    stp x29, x30, [sp, #-160]!
    .cfi_def_cfa_offset 160
    .cfi_offset x29, -160
    .cfi_offset x30, -152
    stp x19, x20, [sp, #16]
    .cfi_offset x19, -144
    .cfi_offset x20, -136
    stp x21, x22, [sp, #32]
    .cfi_offset x21, -128
    .cfi_offset x22, -120
    stp x23, x24, [sp, #48]
    .cfi_offset x23, -112
    .cfi_offset x24, -104
    stp x25, x26, [sp, #64]
    .cfi_offset x25, -96
    .cfi_offset x26, -88
    stp x27, x28, [sp, #80]
    .cfi_offset x27, -80
    .cfi_offset x28, -72
    stp d8, d9, [sp, #96]
    .cfi_offset d8, -64
    .cfi_offset d9, -56
    stp d10, d11, [sp, #112]
    .cfi_offset d10, -48
    .cfi_offset d11, -40
    stp d12, d13, [sp, #128]
    .cfi_offset d12, -32
    .cfi_offset d13, -24
    stp d14, d15, [sp, #144]
    .cfi_offset d14, -16
    .cfi_offset d15, -8
    mov x9, sp
    str x9, [x0]
LOCAL(enter):
    mov w0, w2
    mov sp, x1 // Both stacks look the same here: no directive needed.
    ldp d14, d15, [sp, #144]
    ldp d12, d13, [sp, #128]
    ldp d10, d11, [sp, #112]
    ldp d8, d9, [sp, #96]
    ldp x27, x28, [sp, #80]
    ldp x25, x26, [sp, #64]
    ldp x23, x24, [sp, #48]
    ldp x21, x22, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #160
    .cfi_def_cfa_offset 0
    .cfi_restore x29
    .cfi_restore x30
    .cfi_restore x19
    .cfi_restore x20
    .cfi_restore x21
    .cfi_restore x22
    .cfi_restore x23
    .cfi_restore x24
    .cfi_restore x25
    .cfi_restore x26
    .cfi_restore x27
    .cfi_restore x28
    .cfi_restore d8
    .cfi_restore d9
    .cfi_restore d10
    .cfi_restore d11
    .cfi_restore d12
    .cfi_restore d13
    .cfi_restore d14
    .cfi_restore d15
    br x30
    .cfi_endproc
    END(trio_context_switch_)

// void trio_context_leave_(void *load: x0, int value: w1)
    .globl SYMBOL(trio_context_leave_)
    FUNCTION(trio_context_leave_)
    .p2align 4
SYMBOL(trio_context_leave_):
    .cfi_startproc
    mov w2, w1
    mov x1, x0
    b LOCAL(enter)
    .cfi_endproc
    END(trio_context_leave_)

// int trio_context_call_(void **save: x0, fn: x1, void *arg: x2)
    .globl SYMBOL(trio_context_call_)
    FUNCTION(trio_context_call_)
    .p2align 4
SYMBOL(trio_context_call_):
    .cfi_startproc
    stp x29, x30, [sp, #-160]!
    .cfi_def_cfa_offset 160
    .cfi_offset x29, -160
    .cfi_offset x30, -152
    mov x29, sp
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov x0, x2
    blr x1
    ldp x29, x30, [sp], #160 // The others are as they were: fn has kept them.
    .cfi_def_cfa_offset 0
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    END(trio_context_call_)

// void *trio_context_make_(void *top: x0, entry: x1, void *arg: x2, stack)
    .globl SYMBOL(trio_context_make_)
    FUNCTION(trio_context_make_)
    .p2align 4
SYMBOL(trio_context_make_):
    .cfi_startproc
    // Two empty words stay where a caller's frame would be, for whoever looks.
    stp xzr, xzr, [x0, #-16]!
    sub x0, x0, #160
    adr x9, LOCAL(trio_context_start_)
    stp xzr, x9, [x0]      // x29: the end of the chain of frames; x30
    stp x1, x2, [x0, #16]  // x19, x20
    stp xzr, xzr, [x0, #32]
    stp xzr, xzr, [x0, #48]
    stp xzr, xzr, [x0, #64]
    stp xzr, xzr, [x0, #80]
    stp xzr, xzr, [x0, #96]
    stp xzr, xzr, [x0, #112]
    stp xzr, xzr, [x0, #128]
    stp xzr, xzr, [x0, #144]
    ret
    .cfi_endproc
    END(trio_context_make_)

// Where a new context begins: entry in x19, its argument in x20.
    FUNCTION(trio_context_start_)
    .p2align 4
LOCAL(trio_context_start_):
    .cfi_startproc
    .cfi_undefined x30 // Nothing called us: a backtrace ends here.
    mov x0, x20
    blr x19
    brk #1 // An entry function does not return.
    .cfi_endproc
    END(trio_context_start_)

// struct trio_registers *ret: x8 trio_context_registers_(saved_sp: x0)
    .globl SYMBOL(trio_context_registers_)
    FUNCTION(trio_context_registers_)
    .p2align 4
SYMBOL(trio_context_registers_):
    .cfi_startproc
    ldp x9, x10, [x0]
    add x11, x0, #160
    stp x10, x11, [x8]  // pc, sp
    str x9, [x8, #16]   // fp
    ret
    .cfi_endproc
    END(trio_context_registers_)

// uint64_t trio_fp_control_save_(void): FPSR above FPCR
    .globl SYMBOL(trio_fp_control_save_)
    FUNCTION(trio_fp_control_save_)
    .p2align 4
SYMBOL(trio_fp_control_save_):
    .cfi_startproc
    mrs x0, fpcr
    mrs x1, fpsr
    bfi x0, x1, #32, #32
    ret
    .cfi_endproc
    END(trio_fp_control_save_)

// void trio_fp_control_load_(uint64_t control: x0)
    .globl SYMBOL(trio_fp_control_load_)
    FUNCTION(trio_fp_control_load_)
    .p2align 4
SYMBOL(trio_fp_control_load_):
    .cfi_startproc
    lsr x1, x0, #32
    and x0, x0, #0xffffffff
    msr fpcr, x0
    msr fpsr, x1
    ret
    .cfi_endproc
    END(trio_fp_control_load_)

#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
