// The smallest useful context switch for x86-64 System V: the registers that a
// callee must keep, nothing else. It leaves by a jump, because a `ret` to
// another stack defeats the processor's return predictor.
// SPDX-License-Identifier: MIT OR Apache-2.0

        .macro SAVE
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, (%rdi)
        .endm

        .text

// void raw_switch(void **ret_saved, void *target)
        .globl  raw_switch
        .type   raw_switch, @function
        .p2align 4
raw_switch:
        SAVE
        movq    %rsi, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        popq    %rcx
        jmpq    *%rcx
        .size   raw_switch, . - raw_switch

// void raw_enter(void **ret_saved, void *stack_top, void (*entry)(void))
        .globl  raw_enter
        .type   raw_enter, @function
        .p2align 4
raw_enter:
        SAVE
        movq    %rsi, %rsp
        callq   *%rdx
        ud2
        .size   raw_enter, . - raw_enter

        .section .note.GNU-stack, "", @progbits
