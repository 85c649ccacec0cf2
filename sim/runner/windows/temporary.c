// The system deletes the file with its last handle, however the process ends,
// and writes it to the disk only if there is no memory for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/windows/temporary.h"

#include <fcntl.h>
#include <io.h>
#include <windows.h>

int trio_runner_temporary_new_(void)
{
    wchar_t folder[MAX_PATH + 1];
    wchar_t path[MAX_PATH + 1];

    if (GetTempPathW(MAX_PATH + 1, folder) == 0 ||
        GetTempFileNameW(folder, L"tri", 0, path) == 0)
        return -1;
    HANDLE file =
        CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                    FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return -1;
    int descriptor = _open_osfhandle((intptr_t)file, _O_RDWR | _O_BINARY);
    if (descriptor < 0)
        CloseHandle(file);
    return descriptor;
}
