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

// A `trio_annotation` is what the sanitizer knows of one context: a member of
// each task and of each loop. `trio_annotate_init` or `trio_annotate_thread`
// begins one, `trio_annotate_destroy` ends it, after its context was left for
// the last time. One whose context has died may instead be given, with its
// stack, to a new context.

#if defined(TRIO_ANNOTATE_ASAN)

// AddressSanitizer asks which stack is the current one, and gives each context
// a fake stack of its own that has to go where the context goes.

void __asan_unpoison_memory_region(const volatile void *base, size_t size);
void __sanitizer_start_switch_fiber(void **ret_fake_stack, const void *base,
                                    size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **ret_base,
                                     size_t *ret_size);

struct trio_annotation {
    const void *base;
    size_t size;
    void *fake_stack; // While the context is left, after its first run.
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

// Takes the red zones away from here to the top. Not from all of the stack:
// that would touch its whole shadow.
TRIO_ANNOTATE trio_annotate_forget_frames(struct trio_annotation *self)
{
    const char *base = self->base;
    const char *from = (const char *)__builtin_frame_address(0) - 4096;

    if (from < base)
        from = base;
    __asan_unpoison_memory_region(from, (size_t)(base + self->size - from));
}

TRIO_ANNOTATE trio_annotate_leave(struct trio_annotation *from,
                                  struct trio_annotation *to,
                                  bool from_is_dying)
{
    // The last frames are never returned from, and would leave their red zones
    // to whoever uses the stack next. NULL: the fake stack is not needed.
    if (from_is_dying)
        trio_annotate_forget_frames(from);
    __sanitizer_start_switch_fiber(from_is_dying ? NULL : &from->fake_stack,
                                   to->base, to->size);
}

TRIO_ANNOTATE trio_annotate_arrive(struct trio_annotation *self)
{
    __sanitizer_finish_switch_fiber(self->fake_stack, NULL, NULL);
    self->fake_stack = NULL;
}

TRIO_ANNOTATE trio_annotate_destroy(struct trio_annotation *self)
{
    (void)self;
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

TRIO_ANNOTATE trio_annotate_destroy(struct trio_annotation *self)
{
    if (self->created)
        __tsan_destroy_fiber(self->fiber);
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

TRIO_ANNOTATE trio_annotate_destroy(struct trio_annotation *self)
{
    (void)self;
}

#endif

#endif // TRIO_CORE_ARCH_ANNOTATE_H
