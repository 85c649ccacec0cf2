// What the kernel's files make of calls that are interrupted, and of writes
// that are cut short. The kernel does neither on demand, so this program has
// functions of its own in place of those of libc.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/file.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check.h"

static atomic_int interruptions; // To come, each of one call.
static atomic_bool cuts;         // Each write is of half of its bytes.

static bool is_interrupted(void)
{
    if (atomic_load(&interruptions) == 0)
        return false;
    atomic_fetch_sub(&interruptions, 1);
    errno = EINTR;
    return true;
}

ssize_t pread64(int descriptor, void *data, size_t size, off64_t offset)
{
    return is_interrupted()
               ? -1
               : syscall(SYS_pread64, descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset)
{
    if (is_interrupted())
        return -1;
    if (atomic_load(&cuts) && size > 1)
        size /= 2;
    return syscall(SYS_pwrite64, descriptor, data, size, offset);
}

int fdatasync(int descriptor)
{
    return is_interrupted() ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

int ftruncate64(int descriptor, off64_t length)
{
    return is_interrupted() ? -1
                            : (int)syscall(SYS_ftruncate, descriptor, length);
}

static void interrupt_twice(void)
{
    CHECK_EQ(atomic_load(&interruptions), 0); // The last ones have come.
    atomic_store(&interruptions, 2);
}

TEST_REAL(file_faults, interruptions_and_short_writes_are_nobodys_business)
{
    static const struct trio_file_options options = {.write = true};
    char path[] = "/tmp/trio-file-XXXXXX", data[100], read[100];
    int descriptor = mkstemp(path);
    struct trio_file file;
    size_t length = 0, written = 0;

    REQUIRE(descriptor >= 0);
    close(descriptor);
    memset(data, 'x', sizeof(data));
    CHECK_OK(trio_file_open(path, &options, &file));
    atomic_store(&cuts, true);
    interrupt_twice();
    CHECK_OK(trio_file_write_at(&file, 0, data, sizeof(data), &written));
    CHECK_EQ(written, sizeof(data));
    interrupt_twice();
    CHECK_OK(trio_file_sync(&file));
    interrupt_twice();
    CHECK_OK(trio_file_read_at(&file, 0, read, sizeof(read), &length));
    CHECK_EQ(length, sizeof(read));
    CHECK_EQ(memcmp(data, read, sizeof(read)), 0);
    interrupt_twice();
    CHECK_OK(trio_file_truncate(&file, 0));
    CHECK_EQ(atomic_load(&interruptions), 0);
    CHECK_OK(trio_file_close(&file));
    unlink(path);
}
