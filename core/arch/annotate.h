// What the sanitizers have to be told about a switch. Without one of them all
// of this is nothing: no byte in the task, no instruction in the switch.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A switch that is annotated reads
//
//     trio_annotate_leave(&from->annotation, &to->annotation, from_is_dying);
//     trio_context_switch_(&from->context, to->context, value);
//     trio_annotate_arrive(&from->annotation);
//
// and the entry function of a new context begins with trio_annotate_arrive,
// too. Everything is inlined always, even at -O0: a function of its own would
// be entered on one stack and left on another in the eyes of ThreadSanitizer.

#ifndef TRIO_CORE_ARCH_ANNOTATE_H
#define TRIO_CORE_ARCH_ANNOTATE_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRIO_ANNOTATE_ASAN
#elif __has_feature(thread_sanitizer)
#define TRIO_ANNOTATE_TSAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TRIO_ANNOTATE_ASAN
#elif defined(__SANITIZE_THREAD__)
#define TRIO_ANNOTATE_TSAN
#endif

// Whether there is anything to tell.
#if defined(TRIO_ANNOTATE_ASAN) || defined(TRIO_ANNOTATE_TSAN)
#define TRIO_ANNOTATED 1
#else
#define TRIO_ANNOTATED 0
#endif

#define TRIO_ANNOTATE static inline __attribute__((always_inline)) void

// Something is about to be laid down on a stack on which nobody runs. Valgrind
// takes what lies below the last stack pointer that it saw for nobody's.
TRIO_ANNOTATE trio_annotate_lay_down(void *place, size_t size)
{
    (void)place;
    (void)size;
#if defined(VALGRIND_MAKE_MEM_DEFINED) && !defined(NVALGRIND)
    VALGRIND_MAKE_MEM_DEFINED(place, size);
#endif
}

// A `trio_annotation` is what the sanitizer knows of one context: a member of
// each task and of each loop. `trio_annotate_init` or `trio_annotate_thread`
// begins one, `trio_annotate_destroy` ends it, after its context was left for
// the last time. One whose context has died may instead be given, with its
// stack, to a new context. Where frames are left on a stack that nobody will be
// back for, `trio_annotate_clear` says so.

#if defined(TRIO_ANNOTATE_ASAN)

// AddressSanitizer asks which stack is the current one, and gives each context
// a fake stack of its own that has to go where the context goes.

void __asan_handle_no_return(void);
void __asan_unpoison_memory_region(const volatile void *base, size_t size);
void __sanitizer_start_switch_fiber(void **ret_fake_stack, const void *base,
                                    size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **ret_base,
                                     size_t *ret_size);

struct trio_annotation {
    const void *base;
    size_t size;
    void *fake_stack; // While the context is left; NULL: none yet.
    void *escaped;    // That of a context which will never be back.
    bool awaited;     // Who has escaped is on the way here.
};

TRIO_ANNOTATE trio_annotate_init(struct trio_annotation *self, const void *base,
                                 size_t size)
{
    *self = (struct trio_annotation){.base = base, .size = size};
}

// The bounds of a thread's own stack are told only to who comes from it: leave
// it for a byte that nothing runs on, and return.
TRIO_ANNOTATE trio_annotate_thread(struct trio_annotation *self)
{
    static const char nowhere;
    const void *ignored_base;
    size_t ignored_size;

    *self = (struct trio_annotation){.base = NULL};
    __sanitizer_start_switch_fiber(&self->fake_stack, &nowhere, 1);
    __sanitizer_finish_switch_fiber(self->fake_stack, &self->base, &self->size);
    __sanitizer_start_switch_fiber(&self->fake_stack, self->base, self->size);
    __sanitizer_finish_switch_fiber(self->fake_stack, &ignored_base,
                                    &ignored_size);
    self->fake_stack = NULL;
}

TRIO_ANNOTATE trio_annotate_leave(struct trio_annotation *from,
                                  struct trio_annotation *to,
                                  bool from_is_dying)
{
    // The last frames are never returned from. They would leave their red zones
    // on the stack, and their places on the fake stack taken, for whoever uses
    // them next.
    if (from_is_dying)
        __asan_handle_no_return();
    __sanitizer_start_switch_fiber(&from->fake_stack, to->base, to->size);
}

TRIO_ANNOTATE trio_annotate_arrive(struct trio_annotation *self)
{
    __sanitizer_finish_switch_fiber(self->fake_stack, NULL, NULL);
    self->fake_stack = NULL;
}

// What stands on a loop's own stack may escape to its lower end without a
// switch; any other context dies of it, but what is on its fake stack stays
// until it is buried.
TRIO_ANNOTATE trio_annotate_escape(struct trio_annotation *to)
{
    const char *here = __builtin_frame_address(0);
    const char *base = to->base;

    __asan_handle_no_return();
    to->awaited = here < base || here >= base + to->size;
    if (to->awaited)
        __sanitizer_start_switch_fiber(&to->escaped, to->base, to->size);
}

// Frames were abandoned below this one, and their red zones are still there.
TRIO_ANNOTATE trio_annotate_abandon(struct trio_annotation *self)
{
    enum { FAR = 65536 };

    if (self->awaited)
        trio_annotate_arrive(self);
    self->awaited = false;
    __asan_unpoison_memory_region((char *)__builtin_frame_address(0) - FAR,
                                  FAR);
}

// A fake stack is freed only by who leaves it: go there and come back. To make
// one is expensive, so that it stays with its stack while that is handed on.
TRIO_ANNOTATE trio_annotate_destroy(struct trio_annotation *self)
{
    const void *base;
    size_t size;
    void *fake_stack;

    if (self->fake_stack == NULL)
        return;
    __sanitizer_start_switch_fiber(&fake_stack, self->base, self->size);
    __sanitizer_finish_switch_fiber(self->fake_stack, &base, &size);
    __sanitizer_start_switch_fiber(NULL, base, size);
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
    self->fake_stack = NULL;
}

TRIO_ANNOTATE trio_annotate_clear(void *base, size_t size)
{
    __asan_unpoison_memory_region(base, size);
}

TRIO_ANNOTATE trio_annotate_bury(struct trio_annotation *self)
{
    struct trio_annotation dead = {
        .base = self->base, .size = self->size, .fake_stack = self->escaped};

    trio_annotate_destroy(&dead);
    self->escaped = NULL;
}

#elif defined(TRIO_ANNOTATE_TSAN)

// ThreadSanitizer keeps a history of calls and accesses for each context.

void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);

struct trio_annotation {
    void *fiber;
    bool created;
};

TRIO_ANNOTATE trio_annotate_init(struct trio_annotation *self, const void *base,
                                 size_t size)
{
    (void)base;
    (void)size;
    *self = (struct trio_annotation){__tsan_create_fiber(0), true};
}

TRIO_ANNOTATE trio_annotate_thread(struct trio_annotation *self)
{
    *self = (struct trio_annotation){__tsan_get_current_fiber(), false};
}

TRIO_ANNOTATE trio_annotate_leave(struct trio_annotation *from,
                                  struct trio_annotation *to,
                                  bool from_is_dying)
{
    (void)from;
    (void)from_is_dying;
    __tsan_switch_to_fiber(to->fiber, 0);
}

TRIO_ANNOTATE trio_annotate_arrive(struct trio_annotation *self)
{
    (void)self;
}

TRIO_ANNOTATE trio_annotate_escape(struct trio_annotation *to)
{
    __tsan_switch_to_fiber(to->fiber, 0);
}

TRIO_ANNOTATE trio_annotate_abandon(struct trio_annotation *self)
{
    (void)self;
}

TRIO_ANNOTATE trio_annotate_destroy(struct trio_annotation *self)
{
    if (self->created)
        __tsan_destroy_fiber(self->fiber);
}

TRIO_ANNOTATE trio_annotate_clear(void *base, size_t size)
{
    (void)base;
    (void)size;
}

TRIO_ANNOTATE trio_annotate_bury(struct trio_annotation *self)
{
    (void)self;
}

#else

__extension__ struct trio_annotation {
};

TRIO_ANNOTATE trio_annotate_init(struct trio_annotation *self, const void *base,
                                 size_t size)
{
    (void)self;
    (void)base;
    (void)size;
}

TRIO_ANNOTATE trio_annotate_thread(struct trio_annotation *self)
{
    (void)self;
}

TRIO_ANNOTATE trio_annotate_leave(struct trio_annotation *from,
                                  struct trio_annotation *to,
                                  bool from_is_dying)
{
    (void)from;
    (void)to;
    (void)from_is_dying;
}

TRIO_ANNOTATE trio_annotate_arrive(struct trio_annotation *self)
{
    (void)self;
}

TRIO_ANNOTATE trio_annotate_escape(struct trio_annotation *to)
{
    (void)to;
}

TRIO_ANNOTATE trio_annotate_abandon(struct trio_annotation *self)
{
    (void)self;
}

TRIO_ANNOTATE trio_annotate_destroy(struct trio_annotation *self)
{
    (void)self;
}

TRIO_ANNOTATE trio_annotate_clear(void *base, size_t size)
{
    (void)base;
    (void)size;
#if defined(VALGRIND_MAKE_MEM_UNDEFINED)
    VALGRIND_MAKE_MEM_UNDEFINED(base, size);
#endif
}

TRIO_ANNOTATE trio_annotate_bury(struct trio_annotation *self)
{
    (void)self;
}

#endif

#endif // TRIO_CORE_ARCH_ANNOTATE_H
