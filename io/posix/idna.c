// libidn2 is loaded when the first name needs it, as the C library itself does
// it: a program that only meets ASCII does without. What is declared here of
// its interface has been the same since its first release.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/idna.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "io/posix/system.h"

enum { NFC_INPUT = 1, NON_TRANSITIONAL = 8, OUT_OF_MEMORY = -100 };

static struct {
    pthread_once_t once;
    int (*lookup)(const uint8_t *name, uint8_t **ret_ascii, int flags);
    const char *(*explain)(int code);
    void (*release)(void *memory);
    bool complete;
} library = {.once = PTHREAD_ONCE_INIT};

// A pointer to an object is as good as one to a function, says POSIX.
static bool find(void *handle, const char *name, void *ret_function)
{
    void *symbol = dlsym(handle, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static void load(void)
{
    void *handle = dlopen(trio_system_idna_library_, RTLD_NOW | RTLD_LOCAL);

    library.complete = handle != NULL &&
                       find(handle, "idn2_lookup_u8", &library.lookup) &&
                       find(handle, "idn2_strerror", &library.explain) &&
                       find(handle, "idn2_free", &library.release);
}

trio_status trio_idna_encode_(const char *name, char *ret_ascii, size_t size,
                              const char **ret_reason)
{
    uint8_t *ascii = NULL;

    TRIO_ASSERT(pthread_once(&library.once, load) == 0);
    if (!library.complete)
        return TRIO_ENOTSUP;
    int code = library.lookup((const uint8_t *)name, &ascii,
                              NFC_INPUT | NON_TRANSITIONAL);
    if (code == OUT_OF_MEMORY)
        return TRIO_ENOMEM;
    if (code != 0) {
        *ret_reason = library.explain(code);
        return TRIO_EINVAL;
    }
    size_t length = strlen((const char *)ascii);
    bool fits = length < size;
    if (fits)
        memcpy(ret_ascii, ascii, length + 1);
    library.release(ascii);
    return fits ? TRIO_OK : TRIO_EMSGSIZE;
}
