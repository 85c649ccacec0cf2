// Regular files. No member of the world is touched: this is another thread.
//
// Several tasks may read and write one handle at a time, each at an offset of
// its own: that comes with each call, and the position of the handle is not
// used. Others may open, rename and remove a file while we have it open, as
// elsewhere.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/files.h"

#include <windows.h>

#include "io/windows/path.h"
#include "io/windows/status.h"

#define PATH_MAX_SIZE 4096
#define PIECE_MAX ((size_t)1 << 30)
#define SHARE (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static trio_status failed(int *ret_error)
{
    DWORD error = GetLastError();

    *ret_error = (int)error;
    return trio_status_of_windows_(error);
}

static trio_status result(bool succeeded, int *ret_error)
{
    return succeeded ? TRIO_OK : failed(ret_error);
}

// ---- Opening ----

static DWORD access_of(const struct trio_file_options *options)
{
    if (options->append) // Whatever is written goes to the end.
        return GENERIC_READ | FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES;
    return options->write ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ;
}

static DWORD disposition_of(const struct trio_file_options *options)
{
    if (options->exclusive)
        return CREATE_NEW;
    return options->create ? OPEN_ALWAYS : OPEN_EXISTING;
}

// A folder is refused where it is opened for writing or without the right to
// have its like; what is no disk is refused here.
static bool is_regular(HANDLE file)
{
    BY_HANDLE_FILE_INFORMATION found;

    return GetFileType(file) == FILE_TYPE_DISK &&
           GetFileInformationByHandle(file, &found) &&
           (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

// What may append may not do this, so it is opened once more.
static trio_status set_end(HANDLE file, uint64_t size, int *ret_error)
{
    FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = (LONGLONG)size};
    HANDLE writable = ReOpenFile(file, GENERIC_WRITE, SHARE, 0);

    if (writable == INVALID_HANDLE_VALUE)
        return failed(ret_error);
    trio_status rc =
        result(SetFileInformationByHandle(writable, FileEndOfFileInfo, &end,
                                          sizeof(end)),
               ret_error);
    CloseHandle(writable);
    return rc;
}

static trio_status open_file(void *context, const char *path,
                             const struct trio_file_options *options,
                             trio_handle *ret_handle, int *ret_error)
{
    wchar_t wide[PATH_MAX_SIZE];

    (void)context;
    if (!trio_path_to_wide_(path, wide, PATH_MAX_SIZE))
        return failed(ret_error);
    HANDLE file =
        CreateFileW(wide, access_of(options), SHARE, NULL,
                    disposition_of(options), FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return failed(ret_error);
    trio_status rc = is_regular(file) ? TRIO_OK : TRIO_ENOTSUP;
    if (rc == TRIO_OK && options->truncate)
        rc = set_end(file, 0, ret_error);
    if (rc != TRIO_OK) {
        CloseHandle(file);
        return rc;
    }
    *ret_handle = (trio_handle)file;
    return TRIO_OK;
}

static trio_status close_file(void *context, trio_handle handle, int *ret_error)
{
    (void)context;
    return result(CloseHandle((HANDLE)handle), ret_error);
}

// ---- Reading and writing ----

// What is no offset would mean the end, or the position of the handle.
static bool is_offset(uint64_t offset)
{
    return offset <= INT64_MAX;
}

static OVERLAPPED at(uint64_t offset)
{
    return (OVERLAPPED){.Offset = (DWORD)offset,
                        .OffsetHigh = (DWORD)(offset >> 32)};
}

static DWORD cut(size_t size)
{
    return (DWORD)(size < PIECE_MAX ? size : PIECE_MAX);
}

static trio_status read_file(void *context, trio_handle handle, uint64_t offset,
                             void *data, size_t size, size_t *ret_length,
                             int *ret_error)
{
    OVERLAPPED place = at(offset);
    DWORD length = 0;

    (void)context;
    if (!is_offset(offset))
        return TRIO_EINVAL;
    if (!ReadFile((HANDLE)handle, data, cut(size), &length, &place))
        return failed(ret_error); // The end is an error, and has a status.
    *ret_length = length;
    return length == 0 && size > 0 ? TRIO_EEND : TRIO_OK;
}

static trio_status write_file(void *context, trio_handle handle,
                              uint64_t offset, const void *data, size_t size,
                              size_t *ret_length, int *ret_error)
{
    OVERLAPPED place = at(offset);
    DWORD length = 0;

    (void)context;
    if (!is_offset(offset))
        return TRIO_EINVAL;
    if (!WriteFile((HANDLE)handle, data, cut(size), &length, &place))
        return failed(ret_error);
    *ret_length = length;
    return TRIO_OK;
}

static trio_status size_of(void *context, trio_handle handle,
                           uint64_t *ret_size, int *ret_error)
{
    LARGE_INTEGER size;

    (void)context;
    if (!GetFileSizeEx((HANDLE)handle, &size))
        return failed(ret_error);
    *ret_size = (uint64_t)size.QuadPart;
    return TRIO_OK;
}

static trio_status truncate_file(void *context, trio_handle handle,
                                 uint64_t size, int *ret_error)
{
    (void)context;
    return set_end((HANDLE)handle, size, ret_error);
}

// ---- Durability ----

static trio_status sync_file(void *context, trio_handle handle, int *ret_error)
{
    (void)context;
    return result(FlushFileBuffers((HANDLE)handle), ret_error);
}

static trio_status sync_path(void *context, const char *path, int *ret_error)
{
    wchar_t folder[PATH_MAX_SIZE];

    (void)context;
    if (!trio_path_to_wide_(path, folder, PATH_MAX_SIZE))
        return failed(ret_error);
    trio_path_leave_folder_(folder);
    HANDLE handle =
        CreateFileW(folder, GENERIC_WRITE, SHARE, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return failed(ret_error);
    trio_status rc = result(FlushFileBuffers(handle), ret_error);
    CloseHandle(handle);
    return rc;
}

// ---- Paths ----

static trio_status rename_path(void *context, const char *from,
                               const char *path, int *ret_error)
{
    wchar_t wide_from[PATH_MAX_SIZE];
    wchar_t wide_path[PATH_MAX_SIZE];

    (void)context;
    return result(
        trio_path_to_wide_(from, wide_from, PATH_MAX_SIZE) &&
            trio_path_to_wide_(path, wide_path, PATH_MAX_SIZE) &&
            MoveFileExW(wide_from, wide_path, MOVEFILE_REPLACE_EXISTING),
        ret_error);
}

static trio_status remove_path(void *context, const char *path, int *ret_error)
{
    wchar_t wide[PATH_MAX_SIZE];

    (void)context;
    return result(trio_path_to_wide_(path, wide, PATH_MAX_SIZE) &&
                      DeleteFileW(wide),
                  ret_error);
}

const struct trio_files trio_platform_files_ = {.open = open_file,
                                                .close = close_file,
                                                .read = read_file,
                                                .write = write_file,
                                                .size = size_of,
                                                .truncate = truncate_file,
                                                .sync = sync_file,
                                                .rename = rename_path,
                                                .remove = remove_path,
                                                .sync_path = sync_path};
