// The switch for 32-bit Arm with the procedure call standard for hard floats.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context that is not running looks like this, from its stack pointer up:
//
//     d8 ... d15 | empty | r4 ... r11 lr | the frame of whoever called
//
// and goes on at lr. A new one is given a frame of that shape, so it is entered
// as an old one is.

#if defined(__arm__) && defined(__ARM_PCS_VFP)

    .syntax unified
    .arm
    .text

    .macro keep_all
    push {r3-r11, lr}
    .cfi_def_cfa_offset 40
    .cfi_offset r4, -36
    .cfi_offset r5, -32
    .cfi_offset r6, -28
    .cfi_offset r7, -24
    .cfi_offset r8, -20
    .cfi_offset r9, -16
    .cfi_offset r10, -12
    .cfi_offset r11, -8
    .cfi_offset lr, -4
    vpush {d8-d15}
    .cfi_def_cfa_offset 104
    .cfi_offset d8, -104
    .cfi_offset d9, -96
    .cfi_offset d10, -88
    .cfi_offset d11, -80
    .cfi_offset d12, -72
    .cfi_offset d13, -64
    .cfi_offset d14, -56
    .cfi_offset d15, -48
    .endm

// int trio_context_switch_(void **save: r0, void *load: r1, int value: r2)
    .globl trio_context_switch_
    .type trio_context_switch_, %function
    .p2align 2
trio_context_switch_:
    .cfi_startproc
    keep_all
    str sp, [r0]
enter:
    mov r0, r2
    mov sp, r1 // Both stacks look the same here: no directive needed.
    vpop {d8-d15}
    .cfi_def_cfa_offset 40
    .cfi_restore d8
    .cfi_restore d9
    .cfi_restore d10
    .cfi_restore d11
    .cfi_restore d12
    .cfi_restore d13
    .cfi_restore d14
    .cfi_restore d15
    pop {r3-r11, lr}
    .cfi_def_cfa_offset 0
    .cfi_restore r4
    .cfi_restore r5
    .cfi_restore r6
    .cfi_restore r7
    .cfi_restore r8
    .cfi_restore r9
    .cfi_restore r10
    .cfi_restore r11
    .cfi_restore lr
    mov r12, lr
    bx r12 // By another register than lr it is not taken for a return.
    .cfi_endproc
    .size trio_context_switch_, . - trio_context_switch_

// void trio_context_leave_(void *load: r0, int value: r1)
    .globl trio_context_leave_
    .type trio_context_leave_, %function
    .p2align 2
trio_context_leave_:
    .cfi_startproc
    mov r2, r1
    mov r1, r0
    b enter
    .cfi_endproc
    .size trio_context_leave_, . - trio_context_leave_

// int trio_context_call_(void **save: r0, fn: r1, void *arg: r2)
    .globl trio_context_call_
    .type trio_context_call_, %function
    .p2align 2
trio_context_call_:
    .cfi_startproc
    keep_all
    str sp, [r0]
    mov r0, r2
    blx r1
    add sp, sp, #64 // These are as they were: fn has kept them.
    .cfi_def_cfa_offset 40
    pop {r3-r11, pc}
    .cfi_endproc
    .size trio_context_call_, . - trio_context_call_

// void *trio_context_make_(void *top: r0, entry: r1, void *arg: r2, stack)
    .globl trio_context_make_
    .type trio_context_make_, %function
    .p2align 2
trio_context_make_:
    .cfi_startproc
    // Two empty words stay where a caller's frame would be, for whoever looks.
    mov r3, #0
    mov r12, #28
clear:
    str r3, [r0, #-4]!
    subs r12, r12, #1
    bne clear
    adr r3, trio_context_start_
    str r1, [r0, #68]  // r4
    str r2, [r0, #72]  // r5; r11 is 0: the end of the chain of frames
    str r3, [r0, #100] // lr
    bx lr
    .cfi_endproc
    .size trio_context_make_, . - trio_context_make_

// Where a new context begins: entry in r4, its argument in r5.
    .type trio_context_start_, %function
    .p2align 2
trio_context_start_:
    .cfi_startproc
    .cfi_undefined lr // Nothing called us: a backtrace ends here.
    mov r0, r5
    blx r4
    udf #0 // An entry function does not return.
    .cfi_endproc
    .size trio_context_start_, . - trio_context_start_

// struct trio_registers *ret: r0 trio_context_registers_(saved_sp: r1)
    .globl trio_context_registers_
    .type trio_context_registers_, %function
    .p2align 2
trio_context_registers_:
    .cfi_startproc
    ldr r2, [r1, #100]
    bic r2, r2, #1 // Says only which instruction set it is.
    str r2, [r0] // pc
    add r2, r1, #104
    str r2, [r0, #4] // sp
    ldr r2, [r1, #96]
    str r2, [r0, #8] // fp
    bx lr
    .cfi_endproc
    .size trio_context_registers_, . - trio_context_registers_

// uint64_t trio_fp_control_save_(void): r0, r1
    .globl trio_fp_control_save_
    .type trio_fp_control_save_, %function
    .p2align 2
trio_fp_control_save_:
    .cfi_startproc
    vmrs r0, fpscr
    mov r1, #0
    bx lr
    .cfi_endproc
    .size trio_fp_control_save_, . - trio_fp_control_save_

// void trio_fp_control_load_(uint64_t control: r0, r1)
    .globl trio_fp_control_load_
    .type trio_fp_control_load_, %function
    .p2align 2
trio_fp_control_load_:
    .cfi_startproc
    vmsr fpscr, r0
    bx lr
    .cfi_endproc
    .size trio_fp_control_load_, . - trio_fp_control_load_

#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
