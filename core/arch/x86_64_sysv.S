// The switch for x86-64 with the System V calling convention.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context that is not running looks like this, from its stack pointer up:
//
//     r15 r14 r13 r12 rbx rbp pc | the frame of whoever called the switch
//
// A new one is given a frame of that shape, so it is entered as an old one is.

#if defined(__x86_64__) && !defined(_WIN32)

#include "core/arch/symbol.h"

    .text

// int trio_context_switch_(void **save: rdi, void *load: rsi, int value: edx)
    .globl SYMBOL(trio_context_switch_)
    FUNCTION(trio_context_switch_)
    .p2align 4
SYMBOL(trio_context_switch_):
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    movq %rsp, (%rdi)
LOCAL(enter):
    movl %edx, %eax
    movq %rsi, %rsp // Both stacks look the same here: no directive needed.
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rcx
    jmp *%rcx
    .cfi_endproc
    END(trio_context_switch_)

// void trio_context_leave_(void *load: rdi, int value: esi)
    .globl SYMBOL(trio_context_leave_)
    FUNCTION(trio_context_leave_)
    .p2align 4
SYMBOL(trio_context_leave_):
    .cfi_startproc
    movl %esi, %edx
    movq %rdi, %rsi
    jmp LOCAL(enter)
    .cfi_endproc
    END(trio_context_leave_)

// int trio_context_call_(void **save: rdi, fn: rsi, void *arg: rdx)
    .globl SYMBOL(trio_context_call_)
    FUNCTION(trio_context_call_)
    .p2align 4
SYMBOL(trio_context_call_):
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    movq %rsp, (%rdi)
    subq $8, %rsp // A call wants the stack 16-aligned.
    .cfi_adjust_cfa_offset 8
    movq %rdx, %rdi
    callq *%rsi
    addq $56, %rsp // They are as they were: fn has kept them.
    .cfi_adjust_cfa_offset -56
    ret
    .cfi_endproc
    END(trio_context_call_)

// void *trio_context_make_(void *top: rdi, entry: rsi, void *arg: rdx, stack)
    .globl SYMBOL(trio_context_make_)
    FUNCTION(trio_context_make_)
    .p2align 4
SYMBOL(trio_context_make_):
    .cfi_startproc
    // Two empty words stay where a caller's frame would be, for whoever looks
    // there, and because the first call wants the stack 16-aligned.
    leaq -72(%rdi), %rax
    leaq LOCAL(trio_context_start_)(%rip), %rcx
    movq $0, 0(%rax)    // r15
    movq $0, 8(%rax)    // r14
    movq %rdx, 16(%rax) // r13
    movq %rsi, 24(%rax) // r12
    movq $0, 32(%rax)   // rbx
    movq $0, 40(%rax)   // rbp: the end of the chain of frames
    movq %rcx, 48(%rax) // pc
    movq $0, 56(%rax)
    movq $0, 64(%rax)
    ret
    .cfi_endproc
    END(trio_context_make_)

// Where a new context begins: entry in r12, its argument in r13.
    FUNCTION(trio_context_start_)
    .p2align 4
LOCAL(trio_context_start_):
    .cfi_startproc
    .cfi_undefined %rip // Nothing called us: a backtrace ends here.
    movq %r13, %rdi
    callq *%r12
    ud2 // An entry function does not return.
    .cfi_endproc
    END(trio_context_start_)

// struct trio_registers *ret: rdi trio_context_registers_(saved_sp: rsi)
    .globl SYMBOL(trio_context_registers_)
    FUNCTION(trio_context_registers_)
    .p2align 4
SYMBOL(trio_context_registers_):
    .cfi_startproc
    movq %rdi, %rax
    movq 48(%rsi), %rcx
    movq %rcx, 0(%rdi)  // pc
    leaq 56(%rsi), %rcx
    movq %rcx, 8(%rdi)  // sp
    movq 40(%rsi), %rcx
    movq %rcx, 16(%rdi) // fp
    ret
    .cfi_endproc
    END(trio_context_registers_)

// uint64_t trio_fp_control_save_(void): MXCSR below the x87 control word
    .globl SYMBOL(trio_fp_control_save_)
    FUNCTION(trio_fp_control_save_)
    .p2align 4
SYMBOL(trio_fp_control_save_):
    .cfi_startproc
    movq $0, -8(%rsp) // The red zone will do.
    stmxcsr -8(%rsp)
    fnstcw -4(%rsp)
    movq -8(%rsp), %rax
    ret
    .cfi_endproc
    END(trio_fp_control_save_)

// void trio_fp_control_load_(uint64_t control: rdi)
    .globl SYMBOL(trio_fp_control_load_)
    FUNCTION(trio_fp_control_load_)
    .p2align 4
SYMBOL(trio_fp_control_load_):
    .cfi_startproc
    movq %rdi, -8(%rsp)
    ldmxcsr -8(%rsp)
    fldcw -4(%rsp)
    ret
    .cfi_endproc
    END(trio_fp_control_load_)

#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
