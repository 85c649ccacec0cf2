// What the kernel's files make of calls that are interrupted, and of writes
// that are cut short. The kernel does neither on demand, so this program has
// functions of its own in place of those of libc.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/descriptor_stream.h>
#include <trio/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check.h"

// To come, each of one call: of those that open, and of all others.
static atomic_int open_interruptions, interruptions;
static atomic_bool cuts; // Each write is of half of its bytes.

static bool takes_one_of(atomic_int *left)
{
    if (atomic_load(left) == 0)
        return false;
    atomic_fetch_sub(left, 1);
    errno = EINTR;
    return true;
}

static bool is_interrupted(void)
{
    return takes_one_of(&interruptions);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;

    if (takes_one_of(&open_interruptions))
        return -1;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

// Of the descriptor of the test only: its report is written by the same calls.
static atomic_int tested = -1;

static bool is_interrupted_at(int descriptor)
{
    return descriptor == atomic_load(&tested) && is_interrupted();
}

ssize_t read(int descriptor, void *data, size_t size)
{
    return is_interrupted_at(descriptor)
               ? -1
               : syscall(SYS_read, descriptor, data, size);
}

ssize_t write(int descriptor, const void *data, size_t size)
{
    return is_interrupted_at(descriptor)
               ? -1
               : syscall(SYS_write, descriptor, data, size);
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

int fsync(int descriptor)
{
    return is_interrupted() ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int ftruncate64(int descriptor, off64_t length)
{
    return is_interrupted() ? -1
                            : (int)syscall(SYS_ftruncate, descriptor, length);
}

// Those before have come.
static void interrupt_twice(atomic_int *which)
{
    CHECK_EQ(atomic_load(which), 0);
    atomic_store(which, 2);
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
    interrupt_twice(&open_interruptions);
    CHECK_OK(trio_file_open(path, &options, &file));
    atomic_store(&cuts, true);
    interrupt_twice(&interruptions);
    CHECK_OK(trio_file_write_at(&file, 0, data, sizeof(data), &written));
    CHECK_EQ(written, sizeof(data));
    interrupt_twice(&interruptions);
    CHECK_OK(trio_file_sync(&file));
    interrupt_twice(&interruptions);
    CHECK_OK(trio_file_read_at(&file, 0, read, sizeof(read), &length));
    CHECK_EQ(length, sizeof(read));
    CHECK_EQ(memcmp(data, read, sizeof(read)), 0);
    interrupt_twice(&interruptions);
    CHECK_OK(trio_file_truncate(&file, 0));
    CHECK_OK(trio_file_close(&file));
    interrupt_twice(&open_interruptions); // It opens the folder.
    interrupt_twice(&interruptions);
    CHECK_OK(trio_path_sync(path));
    CHECK_EQ(atomic_load(&open_interruptions), 0);
    CHECK_EQ(atomic_load(&interruptions), 0);
    unlink(path);
}

// A file of the caller's is read and written in threads, too, where it stands.
TEST_REAL(file_faults, those_of_a_stream_in_a_thread_are_not_either)
{
    char path[] = "/tmp/trio-file-XXXXXX", byte = 0;
    int descriptor = mkstemp(path);
    struct trio_descriptor_stream stream;
    size_t length = 0;

    REQUIRE(descriptor >= 0);
    CHECK_OK(trio_descriptor_stream_open(descriptor, &stream));
    atomic_store(&tested, descriptor);
    interrupt_twice(&interruptions);
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    CHECK_EQ(lseek(descriptor, 0, SEEK_SET), 0);
    interrupt_twice(&interruptions);
    CHECK_OK(trio_stream_receive_some(&stream.stream, &byte, 1, &length));
    CHECK_EQ(atomic_load(&interruptions), 0);
    CHECK_EQ(byte, 'x');
    atomic_store(&tested, -1);
    CHECK_OK(trio_stream_close(&stream.stream));
    unlink(path);
}
