// The switch for s390x with the calling convention of 64-bit Linux.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Who calls leaves room for the registers that a call keeps, so most lie in the
// frame of whoever called. A context that is not running looks like this, from
// its stack pointer up:
//
//     room for whom it calls | f8 ... f15 | 48 bytes | r6 ... r15 | the rest of
//                                         | the frame of whoever called
//
// and goes on at r14, with r15 as its stack pointer. A new one is given a frame
// of that shape, so it is entered as an old one is.

#if defined(__s390x__)

    .text

    .equ ROOM, 160 // For whom one calls: the registers that it keeps and more.
    .equ FRAME, ROOM + 64
    .equ KEPT, FRAME + 48 // Where r6 lies.
    .equ KEPT_R14, FRAME + 112
    .equ KEPT_R15, FRAME + 120

    .macro keep instruction, register, offset
    \instruction \register, \offset(%r15)
    .cfi_offset \register, \offset - FRAME - ROOM
    .endm

    .macro reload instruction, register, offset
    \instruction \register, \offset(%r15)
    .cfi_restore \register
    .endm

    .macro each_float with, instruction
    \with \instruction, %f8, ROOM
    \with \instruction, %f9, ROOM + 8
    \with \instruction, %f10, ROOM + 16
    \with \instruction, %f11, ROOM + 24
    \with \instruction, %f12, ROOM + 32
    \with \instruction, %f13, ROOM + 40
    \with \instruction, %f14, ROOM + 48
    \with \instruction, %f15, ROOM + 56
    .endm

    .macro keep_all
    stmg %r6, %r15, 48(%r15)
    .cfi_offset %r6, -112
    .cfi_offset %r7, -104
    .cfi_offset %r8, -96
    .cfi_offset %r9, -88
    .cfi_offset %r10, -80
    .cfi_offset %r11, -72
    .cfi_offset %r12, -64
    .cfi_offset %r13, -56
    .cfi_offset %r14, -48
    .cfi_offset %r15, -40
    aghi %r15, -FRAME
    .cfi_def_cfa_offset FRAME + ROOM
    each_float keep, std
    .endm

    .macro reload_all
    each_float reload, ld
    lmg %r6, %r15, KEPT(%r15)
    .cfi_def_cfa_offset ROOM
    .cfi_restore %r6
    .cfi_restore %r7
    .cfi_restore %r8
    .cfi_restore %r9
    .cfi_restore %r10
    .cfi_restore %r11
    .cfi_restore %r12
    .cfi_restore %r13
    .cfi_restore %r14
    .cfi_restore %r15
    .endm

// int trio_context_switch_(void **save: r2, void *load: r3, int value: r4)
    .globl trio_context_switch_
    .type trio_context_switch_, @function
    .p2align 3
trio_context_switch_:
    .cfi_startproc
    keep_all
    stg %r15, 0(%r2)
enter:
    lgr %r2, %r4
    lgr %r15, %r3 // Both stacks look the same here: no directive needed.
    reload_all
    br %r14
    .cfi_endproc
    .size trio_context_switch_, . - trio_context_switch_

// void trio_context_leave_(void *load: r2, int value: r3)
    .globl trio_context_leave_
    .type trio_context_leave_, @function
    .p2align 3
trio_context_leave_:
    .cfi_startproc
    lgr %r4, %r3
    lgr %r3, %r2
    j enter
    .cfi_endproc
    .size trio_context_leave_, . - trio_context_leave_

// int trio_context_call_(void **save: r2, fn: r3, void *arg: r4)
    .globl trio_context_call_
    .type trio_context_call_, @function
    .p2align 3
trio_context_call_:
    .cfi_startproc
    keep_all
    stg %r15, 0(%r2)
    lgr %r2, %r4
    basr %r14, %r3
    reload_all
    br %r14
    .cfi_endproc
    .size trio_context_call_, . - trio_context_call_

// void *trio_context_make_(void *top: r2, entry: r3, void *arg: r4, stack)
    .globl trio_context_make_
    .type trio_context_make_, @function
    .p2align 3
trio_context_make_:
    .cfi_startproc
    aghi %r2, -ROOM // The frame of a caller that there is none of.
    lgr %r1, %r2
    aghi %r2, -FRAME
    xc 0(FRAME, %r2), 0(%r2)
    xc 0(ROOM, %r1), 0(%r1)
    stg %r3, KEPT(%r2)     // r6
    stg %r4, KEPT + 8(%r2) // r7
    larl %r0, trio_context_start_
    stg %r0, KEPT_R14(%r2)
    stg %r1, KEPT_R15(%r2)
    br %r14
    .cfi_endproc
    .size trio_context_make_, . - trio_context_make_

// Where a new context begins: entry in r6, its argument in r7.
    .type trio_context_start_, @function
    .p2align 3
trio_context_start_:
    .cfi_startproc
    .cfi_undefined %r14 // Nothing called us: a backtrace ends here.
    lgr %r2, %r7
    basr %r14, %r6
    j .+2 // An entry function does not return: there is no instruction there.
    .cfi_endproc
    .size trio_context_start_, . - trio_context_start_

// struct trio_registers *ret: r2 trio_context_registers_(saved_sp: r3)
    .globl trio_context_registers_
    .type trio_context_registers_, @function
    .p2align 3
trio_context_registers_:
    .cfi_startproc
    lg %r0, KEPT_R14(%r3)
    stg %r0, 0(%r2) // pc
    lg %r1, KEPT_R15(%r3)
    stg %r1, 8(%r2) // sp
    lg %r0, 0(%r1) // The stack pointer of the caller, where they are chained.
    stg %r0, 16(%r2) // fp
    br %r14
    .cfi_endproc
    .size trio_context_registers_, . - trio_context_registers_

// uint64_t trio_fp_control_save_(void): rounding and flags
    .globl trio_fp_control_save_
    .type trio_fp_control_save_, @function
    .p2align 3
trio_fp_control_save_:
    .cfi_startproc
    efpc %r2
    llgfr %r2, %r2
    br %r14
    .cfi_endproc
    .size trio_fp_control_save_, . - trio_fp_control_save_

// void trio_fp_control_load_(uint64_t control: r2)
    .globl trio_fp_control_load_
    .type trio_fp_control_load_, @function
    .p2align 3
trio_fp_control_load_:
    .cfi_startproc
    sfpc %r2
    br %r14
    .cfi_endproc
    .size trio_fp_control_load_, . - trio_fp_control_load_

#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
