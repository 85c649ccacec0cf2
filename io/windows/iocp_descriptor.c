// What others have opened, of which only the system knows what it is. A pipe
// that was opened for calls that wait can be waited for through the port. In
// one that was not, as those to and from a parent are, threads wait. So they do
// at a console, one half of which is a keyboard, and the other a screen.
//
// What is for threads only is told by its handle alone: they must not look at
// anything else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <winternl.h>

#include "io/files.h"
#include "io/windows/iocp.h"
#include "io/windows/status.h"

#define PIECE_MAX ((size_t)1 << 30)
#define FILE_MODE_INFORMATION 16
#define SYNCHRONOUS 0x30 // In either of two ways.

NTSTATUS NTAPI NtQueryInformationFile(HANDLE file, IO_STATUS_BLOCK *ret_status,
                                      void *ret_data, ULONG size,
                                      FILE_INFORMATION_CLASS what);

// ---- Taking over ----

static bool is_socket(trio_handle handle)
{
    int type = 0;
    int length = sizeof(type);

    return getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type,
                      &length) == 0;
}

static bool is_folder(HANDLE file)
{
    BY_HANDLE_FILE_INFORMATION found;

    return GetFileInformationByHandle(file, &found) &&
           (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

static bool is_synchronous(HANDLE file)
{
    IO_STATUS_BLOCK status;
    ULONG mode = 0;

    return NT_SUCCESS(NtQueryInformationFile(
               file, &status, &mode, sizeof(mode),
               (FILE_INFORMATION_CLASS)FILE_MODE_INFORMATION)) &&
           (mode & SYNCHRONOUS) != 0;
}

// What else there is of that type can only be read and written, in threads.
static bool is_pipe(HANDLE file)
{
    return GetFileType(file) == FILE_TYPE_PIPE &&
           (PeekNamedPipe(file, NULL, 0, NULL, NULL, NULL) ||
            GetLastError() != ERROR_NOT_SUPPORTED);
}

static bool is_console(HANDLE file)
{
    DWORD mode;

    return GetConsoleMode(file, &mode);
}

static ACCESS_MASK access_of(HANDLE file)
{
    PUBLIC_OBJECT_BASIC_INFORMATION found = {.GrantedAccess = 0};
    ULONG size;

    if (!NT_SUCCESS(NtQueryObject(file, ObjectBasicInformation, &found,
                                  sizeof(found), &size)))
        return 0;
    return found.GrantedAccess;
}

static trio_status look_at_console(struct iocp *iocp, HANDLE console,
                                   struct slot *ret_slot)
{
    DWORD count;

    ret_slot->pipe = true;
    ret_slot->blocks = true;
    ret_slot->screen = !GetNumberOfConsoleInputEvents(console, &count);
    if (ret_slot->screen)
        return TRIO_OK;
    ret_slot->keyboard = trio_iocp_open_keyboard_((trio_handle)console);
    return ret_slot->keyboard != NULL
               ? TRIO_OK
               : trio_iocp_error_(iocp, (int)GetLastError());
}

// Finds out what is to be known about a handle that is none of a socket.
static trio_status look_at(struct iocp *iocp, HANDLE file,
                           struct slot *ret_slot)
{
    DWORD type = GetFileType(file);
    bool known;

    *ret_slot = (struct slot){.ours = true, .shared = true};
    if (is_console(file))
        return look_at_console(iocp, file, ret_slot);
    ret_slot->pipe = is_pipe(file);
    ret_slot->blocks = ret_slot->pipe && is_synchronous(file);
    ret_slot->file = !ret_slot->pipe;
    if (ret_slot->pipe)
        known = ret_slot->blocks || trio_iocp_join_port_(iocp, file);
    else
        known = type == FILE_TYPE_PIPE || type == FILE_TYPE_CHAR ||
                (type == FILE_TYPE_DISK && !is_folder(file));
    return known ? TRIO_OK : trio_iocp_refuse_(iocp, TRIO_ENOTSUP, 0);
}

static trio_status adopt_socket(struct iocp *iocp, trio_handle handle,
                                struct trio_descriptor *ret_descriptor)
{
    enum trio_address_family family;
    enum trio_socket_type type;

    *ret_descriptor = (struct trio_descriptor){.receives = true, .sends = true};
    return trio_iocp_adopt_socket_(iocp, handle, &family, &type);
}

trio_status trio_iocp_adopt_descriptor_(void *context, trio_handle handle,
                                        struct trio_descriptor *ret_descriptor)
{
    struct iocp *iocp = context;
    HANDLE file = (HANDLE)handle;
    struct slot found;
    DWORD flags;

    if (handle < 0 || !GetHandleInformation(file, &flags))
        return trio_iocp_refuse_(iocp, TRIO_EBADHANDLE, ERROR_INVALID_HANDLE);
    if (is_socket(handle))
        return adopt_socket(iocp, handle, ret_descriptor);
    if (trio_iocp_is_used_(iocp, handle))
        return trio_iocp_refuse_(iocp, TRIO_EBUSY, 0);
    trio_status rc = look_at(iocp, file, &found);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_iocp_adopt_(iocp, handle, false);
    if (rc != TRIO_OK) {
        trio_iocp_close_keyboard_(found.keyboard);
        return rc;
    }
    ACCESS_MASK access = access_of(file);
    *trio_iocp_slot_(iocp, handle) = found;
    ret_descriptor->receives = (access & FILE_READ_DATA) != 0 && !found.screen;
    ret_descriptor->sends =
        (access & FILE_WRITE_DATA) != 0 && found.keyboard == NULL;
    ret_descriptor->is_file = found.file;
    return TRIO_OK;
}

// ---- Files, in threads ----

static DWORD cut(size_t size)
{
    return (DWORD)(size < PIECE_MAX ? size : PIECE_MAX);
}

static trio_status failed(int *ret_error)
{
    DWORD error = GetLastError();

    *ret_error = (int)error;
    return trio_status_of_windows_(error);
}

trio_status trio_iocp_read_file_(void *context, trio_handle handle,
                                 int64_t offset, void *data, size_t size,
                                 size_t *ret_length, int *ret_error)
{
    DWORD length = 0;

    if (offset >= 0)
        return trio_platform_files_.read(context, handle, (uint64_t)offset,
                                         data, size, ret_length, ret_error);
    if (!ReadFile((HANDLE)handle, data, cut(size), &length, NULL))
        return GetLastError() == ERROR_BROKEN_PIPE ? TRIO_EEND
                                                   : failed(ret_error);
    *ret_length = length;
    return length == 0 && size > 0 ? TRIO_EEND : TRIO_OK;
}

trio_status trio_iocp_write_file_(void *context, trio_handle handle,
                                  int64_t offset, const void *data, size_t size,
                                  size_t *ret_length, int *ret_error)
{
    DWORD length = 0;

    if (offset >= 0)
        return trio_platform_files_.write(context, handle, (uint64_t)offset,
                                          data, size, ret_length, ret_error);
    if (!WriteFile((HANDLE)handle, data, cut(size), &length, NULL))
        return failed(ret_error);
    *ret_length = length;
    return TRIO_OK;
}
