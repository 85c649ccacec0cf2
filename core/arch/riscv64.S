// The switch for riscv64 with the standard calling convention for hard floats.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context that is not running looks like this, from its stack pointer up:
//
//     fs0 ... fs11 | s11 ... s1 | empty | s0 ra | the frame of whoever called
//
// and goes on at ra. A new one is given a frame of that shape, so it is entered
// as an old one is. s0 and ra lie where a function that keeps a frame pointer
// puts them.

#if defined(__riscv) && __riscv_xlen == 64 && defined(__riscv_float_abi_double)

    .text

    .equ FRAME, 208

    .macro keep instruction, register, offset
    \instruction \register, \offset(sp)
    .cfi_offset \register, \offset - FRAME
    .endm

    .macro reload instruction, register, offset
    \instruction \register, \offset(sp)
    .cfi_restore \register
    .endm

    // Each register that a call keeps, but for s0 and ra.
    .macro each_kept with, whole, float
    \with \whole, s1, 176
    \with \whole, s2, 168
    \with \whole, s3, 160
    \with \whole, s4, 152
    \with \whole, s5, 144
    \with \whole, s6, 136
    \with \whole, s7, 128
    \with \whole, s8, 120
    \with \whole, s9, 112
    \with \whole, s10, 104
    \with \whole, s11, 96
    \with \float, fs0, 0
    \with \float, fs1, 8
    \with \float, fs2, 16
    \with \float, fs3, 24
    \with \float, fs4, 32
    \with \float, fs5, 40
    \with \float, fs6, 48
    \with \float, fs7, 56
    \with \float, fs8, 64
    \with \float, fs9, 72
    \with \float, fs10, 80
    \with \float, fs11, 88
    .endm

    .macro keep_all
    addi sp, sp, -FRAME
    .cfi_def_cfa_offset FRAME
    keep sd, ra, 200
    keep sd, s0, 192
    each_kept keep, sd, fsd
    .endm

// int trio_context_switch_(void **save: a0, void *load: a1, int value: a2)
    .globl trio_context_switch_
    .type trio_context_switch_, @function
    .p2align 2
trio_context_switch_:
    .cfi_startproc
    keep_all
    sd sp, (a0)
enter:
    mv a0, a2
    mv sp, a1 // Both stacks look the same here: no directive needed.
    each_kept reload, ld, fld
    reload ld, s0, 192
    reload ld, ra, 200
    mv t1, ra
    addi sp, sp, FRAME
    .cfi_def_cfa_offset 0
    jr t1 // By another register than ra it is not taken for a return.
    .cfi_endproc
    .size trio_context_switch_, . - trio_context_switch_

// void trio_context_leave_(void *load: a0, int value: a1)
    .globl trio_context_leave_
    .type trio_context_leave_, @function
    .p2align 2
trio_context_leave_:
    .cfi_startproc
    mv a2, a1
    mv a1, a0
    j enter
    .cfi_endproc
    .size trio_context_leave_, . - trio_context_leave_

// int trio_context_call_(void **save: a0, fn: a1, void *arg: a2)
    .globl trio_context_call_
    .type trio_context_call_, @function
    .p2align 2
trio_context_call_:
    .cfi_startproc
    keep_all
    sd sp, (a0)
    mv a0, a2
    jalr a1
    ld s0, 192(sp) // The others are as they were: fn has kept them.
    ld ra, 200(sp)
    addi sp, sp, FRAME
    .cfi_def_cfa_offset 0
    .cfi_restore ra
    .cfi_restore s0
    ret
    .cfi_endproc
    .size trio_context_call_, . - trio_context_call_

// void *trio_context_make_(void *top: a0, entry: a1, void *arg: a2, stack)
    .globl trio_context_make_
    .type trio_context_make_, @function
    .p2align 2
trio_context_make_:
    .cfi_startproc
    // Two empty words stay where a caller's frame would be, for whoever looks.
    addi a0, a0, -16
    sd zero, 0(a0)
    sd zero, 8(a0)
    addi a0, a0, -FRAME
    la t0, trio_context_start_
    sd t0, 200(a0)   // ra
    sd zero, 192(a0) // s0: the end of the chain of frames
    sd a1, 176(a0)   // s1
    sd a2, 168(a0)   // s2
    addi t1, a0, 168
clear:
    addi t1, t1, -8
    sd zero, (t1)
    bne t1, a0, clear
    ret
    .cfi_endproc
    .size trio_context_make_, . - trio_context_make_

// Where a new context begins: entry in s1, its argument in s2.
    .type trio_context_start_, @function
    .p2align 2
trio_context_start_:
    .cfi_startproc
    .cfi_undefined ra // Nothing called us: a backtrace ends here.
    mv a0, s2
    jalr s1
    ebreak // An entry function does not return.
    .cfi_endproc
    .size trio_context_start_, . - trio_context_start_

// struct trio_registers *ret: a0 trio_context_registers_(saved_sp: a1)
    .globl trio_context_registers_
    .type trio_context_registers_, @function
    .p2align 2
trio_context_registers_:
    .cfi_startproc
    ld t0, 200(a1)
    sd t0, 0(a0) // pc
    addi t0, a1, FRAME
    sd t0, 8(a0) // sp
    ld t0, 192(a1)
    sd t0, 16(a0) // fp
    ret
    .cfi_endproc
    .size trio_context_registers_, . - trio_context_registers_

// uint64_t trio_fp_control_save_(void): rounding and flags
    .globl trio_fp_control_save_
    .type trio_fp_control_save_, @function
    .p2align 2
trio_fp_control_save_:
    .cfi_startproc
    frcsr a0
    ret
    .cfi_endproc
    .size trio_fp_control_save_, . - trio_fp_control_save_

// void trio_fp_control_load_(uint64_t control: a0)
    .globl trio_fp_control_load_
    .type trio_fp_control_load_, @function
    .p2align 2
trio_fp_control_load_:
    .cfi_startproc
    fscsr a0
    ret
    .cfi_endproc
    .size trio_fp_control_load_, . - trio_fp_control_load_

#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
