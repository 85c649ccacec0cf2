// The switch for x86-64 with the calling convention of Windows.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context that is not running looks like this, from its stack pointer up:
//
//     xmm6 ... xmm15 | the limits of its stack | empty
//     r15 r14 r13 r12 rdi rsi rbx rbp pc | the frame of whoever called
//
// A new one is given a frame of that shape, so it is entered as an old one is.
//
// The limits are what the system keeps of a thread's stack in the block that gs
// points to. It looks there when it delivers an exception, when a guard page is
// touched, and where a function has a large frame; so they go with the stack.

#if defined(__x86_64__) && defined(_WIN32)

    .set stack_base, 0x8           // The upper end.
    .set stack_limit, 0x10         // The lowest page that is no guard.
    .set deallocation_stack, 0x1478 // The lower end: of the guard.
    .set guaranteed_bytes, 0x1748  // What an overflow leaves to its handler.

    .set frame_size, 272
    .set page_size, 4096

    .text

    // Keeps everything that a call has to, above `below` bytes for other uses.
    .macro keep_all below
    .set saved, \below
    pushq %rbp
    .seh_pushreg %rbp
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %r12
    .seh_pushreg %r12
    pushq %r13
    .seh_pushreg %r13
    pushq %r14
    .seh_pushreg %r14
    pushq %r15
    .seh_pushreg %r15
    subq $(saved + 200), %rsp
    .seh_stackalloc saved + 200
    movaps %xmm6, saved + 0(%rsp)
    .seh_savexmm %xmm6, saved + 0
    movaps %xmm7, saved + 16(%rsp)
    .seh_savexmm %xmm7, saved + 16
    movaps %xmm8, saved + 32(%rsp)
    .seh_savexmm %xmm8, saved + 32
    movaps %xmm9, saved + 48(%rsp)
    .seh_savexmm %xmm9, saved + 48
    movaps %xmm10, saved + 64(%rsp)
    .seh_savexmm %xmm10, saved + 64
    movaps %xmm11, saved + 80(%rsp)
    .seh_savexmm %xmm11, saved + 80
    movaps %xmm12, saved + 96(%rsp)
    .seh_savexmm %xmm12, saved + 96
    movaps %xmm13, saved + 112(%rsp)
    .seh_savexmm %xmm13, saved + 112
    movaps %xmm14, saved + 128(%rsp)
    .seh_savexmm %xmm14, saved + 128
    movaps %xmm15, saved + 144(%rsp)
    .seh_savexmm %xmm15, saved + 144
    .seh_endprologue
    movq %gs:stack_base, %rax
    movq %rax, saved + 160(%rsp)
    movq %gs:stack_limit, %rax
    movq %rax, saved + 168(%rsp)
    movq %gs:deallocation_stack, %rax
    movq %rax, saved + 176(%rsp)
    movl %gs:guaranteed_bytes, %eax
    movq %rax, saved + 184(%rsp)
    .endm

    .macro restore_integers
    addq $200, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rdi
    popq %rsi
    popq %rbx
    popq %rbp
    .endm

// int trio_context_switch_(void **save: rcx, void *load: rdx, int value: r8d)
    .globl trio_context_switch_
    .def trio_context_switch_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_context_switch_
trio_context_switch_:
    keep_all 0
    movq %rsp, (%rcx)
enter:
    // The limits before the stack: where both disagree, an exception is fatal,
    // and nothing raises one in between.
    movq 160(%rdx), %rax
    movq %rax, %gs:stack_base
    movq 168(%rdx), %rax
    movq %rax, %gs:stack_limit
    movq 176(%rdx), %rax
    movq %rax, %gs:deallocation_stack
    movl 184(%rdx), %eax
    movl %eax, %gs:guaranteed_bytes
    movl %r8d, %eax
    movq %rdx, %rsp // Both stacks look the same here: no directive needed.
    movaps 0(%rsp), %xmm6
    movaps 16(%rsp), %xmm7
    movaps 32(%rsp), %xmm8
    movaps 48(%rsp), %xmm9
    movaps 64(%rsp), %xmm10
    movaps 80(%rsp), %xmm11
    movaps 96(%rsp), %xmm12
    movaps 112(%rsp), %xmm13
    movaps 128(%rsp), %xmm14
    movaps 144(%rsp), %xmm15
    restore_integers
    popq %rcx
    jmp *%rcx
    .seh_endproc

// void trio_context_leave_(void *load: rcx, int value: edx)
    .globl trio_context_leave_
    .def trio_context_leave_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_context_leave_
trio_context_leave_:
    .seh_endprologue
    movl %edx, %r8d
    movq %rcx, %rdx
    jmp enter
    .seh_endproc

// int trio_context_call_(void **save: rcx, fn: rdx, void *arg: r8)
    .globl trio_context_call_
    .def trio_context_call_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_context_call_
trio_context_call_:
    keep_all 32 // Where fn may store its arguments.
    leaq 32(%rsp), %rax
    movq %rax, (%rcx)
    movq %r8, %rcx
    callq *%rdx
    addq $32, %rsp
    restore_integers // The others are as they were: fn has kept them.
    ret
    .seh_endproc

// void *trio_context_make_(void *top: rcx, entry: rdx, void *arg: r8,
//                          const struct trio_stack *stack: r9)
    .globl trio_context_make_
    .def trio_context_make_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_context_make_
trio_context_make_:
    .seh_endprologue
    // Above the frame lies where entry may store its arguments, and two empty
    // words, which end the walk of whoever follows the frames.
    leaq -48-frame_size(%rcx), %rax
    pxor %xmm0, %xmm0
    movq %rax, %r10
clear:
    movaps %xmm0, (%r10)
    addq $16, %r10
    cmpq %r10, %rcx
    jne clear

    movq 0(%r9), %r10  // base
    movq 8(%r9), %r11  // size
    movq 16(%r9), %rcx // guard
    movq %r10, 168(%rax)
    addq %r10, %r11
    movq %r11, 160(%rax)
    subq %rcx, %r10
    movq %r10, 176(%rax)
    // All of the guard but its last page is the handler's at once: a guard that
    // gave way page by page would be none for the next task.
    subq $page_size, %rcx
    jbe no_guard
    movl %ecx, 184(%rax)
no_guard:
    movq %r8, 216(%rax)  // r13
    movq %rdx, 224(%rax) // r12; rbp is 0: the end of the chain of frames
    leaq trio_context_start_(%rip), %rcx
    movq %rcx, 264(%rax)
    ret
    .seh_endproc

// Where a new context begins: entry in r12, its argument in r13.
    .def trio_context_start_; .scl 3; .type 32; .endef
    .p2align 4
    .seh_proc trio_context_start_
trio_context_start_:
    .seh_stackalloc 40 // What lies above is 0: a backtrace ends here.
    .seh_endprologue
    movq %r13, %rcx
    callq *%r12
    ud2 // An entry function does not return.
    .seh_endproc

// struct trio_registers *ret: rcx trio_context_registers_(saved_sp: rdx)
    .globl trio_context_registers_
    .def trio_context_registers_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_context_registers_
trio_context_registers_:
    .seh_endprologue
    movq %rcx, %rax
    movq 264(%rdx), %r8
    movq %r8, 0(%rcx)  // pc
    leaq frame_size(%rdx), %r8
    movq %r8, 8(%rcx)  // sp
    movq 256(%rdx), %r8
    movq %r8, 16(%rcx) // fp
    ret
    .seh_endproc

// uint64_t trio_fp_control_save_(void): MXCSR below the x87 control word
    .globl trio_fp_control_save_
    .def trio_fp_control_save_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_fp_control_save_
trio_fp_control_save_:
    .seh_endprologue
    movq $0, 8(%rsp) // Where a function may store its first argument.
    stmxcsr 8(%rsp)
    fnstcw 12(%rsp)
    movq 8(%rsp), %rax
    ret
    .seh_endproc

// void trio_fp_control_load_(uint64_t control: rcx)
    .globl trio_fp_control_load_
    .def trio_fp_control_load_; .scl 2; .type 32; .endef
    .p2align 4
    .seh_proc trio_fp_control_load_
trio_fp_control_load_:
    .seh_endprologue
    movq %rcx, 8(%rsp)
    ldmxcsr 8(%rsp)
    fldcw 12(%rsp)
    ret
    .seh_endproc

#endif

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
