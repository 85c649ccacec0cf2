// Notes which basic blocks of the library a program has been in: a byte for
// each address, in the file that MUTATION_TRACE names, so that also a process
// that is killed and its children have noted theirs.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BYTES = 1 << 22 };

static uint8_t *blocks;

void __sanitizer_cov_trace_pc(void);

__attribute__((constructor(101))) static void open_trace(void)
{
    const char *path = getenv("MUTATION_TRACE");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT, 0600);

    if (file < 0 || ftruncate(file, BYTES) != 0)
        return;
    void *map = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map != MAP_FAILED)
        blocks = map;
    close(file);
}

// What the compiler calls at the beginning of each block. This is the first
// function of the library, and its address the origin.
void __sanitizer_cov_trace_pc(void)
{
    uintptr_t at = (uintptr_t)__builtin_return_address(0) -
                   (uintptr_t)__sanitizer_cov_trace_pc;

    if (blocks != NULL && at < BYTES)
        blocks[at] = 1;
}
