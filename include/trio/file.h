// Files: read and written beside the loop, and what a power failure leaves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_FILE_H
#define TRIO_FILE_H

#include <trio/base.h>
#include <trio/message.h>
#include <trio/status.h>

// How a file is opened. Zero, or NULL for the whole: for reading only.
struct trio_file_options {
    bool write;     // For writing, too.
    bool append;    // The same, always at the end, wherever that is by then.
    bool create;    // It is made if it is not there.
    bool exclusive; // The same, and it must not be there.
    bool truncate;  // It is emptied; for writing only.
    unsigned mode;  // Permissions of one that is made, cut off by the process'
                    // own mask; 0: everybody may read and write.
};

// A `trio_file` is an open regular file. It has no position: each call says
// where.
//
//     static const struct trio_file_options options = {.append = true,
//                                                      .create = true};
//     struct trio_file log;
//
//     trio_status rc = trio_file_open("events.log", &options, &log);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_path_sync("events.log"); // It is there from now on,
//     if (rc == TRIO_OK)
//         rc = trio_file_append_all(&log, "started\n", 8, NULL);
//     if (rc == TRIO_OK)
//         rc = trio_file_sync(&log); // and with it what was written.
//     return trio_combine(rc, trio_file_close(&log));
//
// Every call but a forceful close is made in a thread (<trio/thread.h>), for
// none can be waited for in another way. A cancellation is looked for before
// the thread begins; then nothing has been done. After that the call is carried
// to its end, and what it returns is what came of it, cancelled or not. So what
// is handed over is in use for that long, too.
//
// What is durable, which is what a power failure leaves:
//   - what was written, and the length, once trio_file_sync has returned
//     TRIO_OK after that;
//   - that a path names this file, or none any more, once trio_path_sync has:
//     after creating, renaming and removing.
// Before that a write may be lost, or only a part of it, whatever came later. A
// process that ends or is killed loses nothing that was written.
//
// Once trio_file_sync has failed, nobody can tell what of that is there: the
// system may have dropped it, and would call a later sync a success. From then
// on this file is neither written nor synced any more: those calls return what
// that one did. Open it anew and look.
//
// Any number of tasks may read at a time, one writes and one syncs. The caller
// owns the storage, which stays in place while a task is in a call. Not
// thread-safe: use it from its loop's thread only.
struct trio_file {
    trio_handle handle; // Private.
    size_t calls;       // Private. Under way.
    bool held;          // Private. The handle is there.
    bool open;          // Private. Nobody has closed it.
    bool writes;        // Private. It was opened for writing,
    bool appends;       // Private. or at its end only.
    bool writing;       // Private. A task is,
    bool syncing;       // Private. or does.
    trio_status failed; // Private. What a sync has returned.
};

TRIO_BEGIN_DECLS

// Opens a file. Children of the process do not inherit it.
//
// Checkpoint: always.
// Returns: TRIO_OK        the caller closes it.
//          TRIO_EINVAL    the options contradict each other, or the path is too
//                         long.
//          TRIO_ENOENT    it is not there, or its folder is not.
//          TRIO_EEXIST    it is there, and was not to be.
//          TRIO_EACCES    permission denied.
//          TRIO_ENOTSUP   it is no regular file, or this world has no files.
//          TRIO_ENOSPC    there is no space to make it.
//          TRIO_EMFILE    too many open handles.
//          TRIO_ENOMEM    out of memory, or of threads.
//          TRIO_EIO       input/output error.
//          TRIO_EOS       the system says something else.
//          TRIO_ECANCELED an enclosing scope is cancelled; nothing was done.
TRIO_CHECKPOINT trio_status
trio_file_open(const char *path, const struct trio_file_options *options,
               struct trio_file *ret_file);

// Reads `size` bytes from `offset` on, fewer only if the file ends before.
//
//     rc = trio_file_read_at(&file, 0, buffer, sizeof(buffer), &held);
//     if (rc == TRIO_EEND)
//         printf("it is empty\n");
//
// Checkpoint: always.
// Returns: TRIO_OK          `*ret_length` bytes were read, at least one unless
//                           `size` is 0.
//          TRIO_EEND        the file has nothing there.
//          TRIO_EINVAL      there is no such offset.
//          TRIO_EIO         input/output error.
//          TRIO_ECLOSED     it was closed.
//          TRIO_EBADHANDLE  the system has closed it.
//          TRIO_ENOMEM      out of memory, or of threads.
//          TRIO_ECANCELED   an enclosing scope is cancelled; nothing was done.
TRIO_CHECKPOINT trio_status trio_file_read_at(struct trio_file *file,
                                              uint64_t offset, void *buffer,
                                              size_t size, size_t *ret_length);

// Writes all of `size` bytes from `offset` on. Where the file ended before, the
// gap reads as zeros. `ret_written`, which may be NULL, is set in every case,
// to the number of bytes that were written: after a failure in the middle they
// stay there.
//
//     size_t written;
//
//     rc = trio_file_write_at(&file, 512, buffer, sizeof(buffer), &written);
//     if (rc == TRIO_ENOSPC)
//         printf("only %zu bytes fit\n", written);
//
// Checkpoint: always.
// Returns: TRIO_OK      all are written, none of them durable.
//          TRIO_ENOSPC  the device is full, a quota or the limit on the length
//                       of a file is reached.
//          TRIO_EINVAL  there is no such offset, or the file was not opened for
//                       this.
//          TRIO_EBUSY   another task is writing.
//          other        as trio_file_read_at, or of a sync that has failed.
TRIO_CHECKPOINT trio_status trio_file_write_at(struct trio_file *file,
                                               uint64_t offset,
                                               const void *data, size_t size,
                                               size_t *ret_written);

// Writes all of `size` bytes at the end of a file that was opened with
// `append`; else as trio_file_write_at. Somebody else's appends may get in
// between if the system cuts it into several.
//
// Checkpoint: always.
// Returns: as trio_file_write_at.
TRIO_CHECKPOINT trio_status trio_file_append_all(struct trio_file *file,
                                                 const void *data, size_t size,
                                                 size_t *ret_written);

// Makes durable what was written before this call, and the length. What is
// written meanwhile may be durable or not.
//
// Checkpoint: always.
// Returns: TRIO_OK         it is.
//          TRIO_EIO        nobody can tell, here as for
//          TRIO_ENOSPC     and all others that are not below.
//          TRIO_ENOTSUP    this file cannot be synced.
//          TRIO_EBUSY      another task does.
//          TRIO_ECLOSED    it was closed.
//          TRIO_ENOMEM     out of memory, or of threads; nothing was done.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was done.
TRIO_CHECKPOINT trio_status trio_file_sync(struct trio_file *file);

// Reads the length, in bytes.
//
//     uint64_t size;
//
//     rc = trio_file_size(&file, &size);
//
// Checkpoint: always.
// Returns: TRIO_OK  `ret_size` is set.
//          other    as trio_file_read_at.
TRIO_CHECKPOINT trio_status trio_file_size(struct trio_file *file,
                                           uint64_t *ret_size);

// Sets the length: cuts off, or adds zeros.
//
//     rc = trio_file_truncate(&file, 0);
//
// Checkpoint: always.
// Returns: TRIO_OK  it is set, which is not durable.
//          other    as trio_file_write_at.
TRIO_CHECKPOINT trio_status trio_file_truncate(struct trio_file *file,
                                               uint64_t size);

// Closes a file, in every case, after the calls that are under way. It makes
// nothing durable. One that was closed before, or never opened but is all
// zeros, is fine.
//
// Checkpoint: always.
// Returns: TRIO_OK         it is closed.
//          TRIO_ECANCELED  the same; an enclosing scope is cancelled.
//          other           the same; what the system said about writes that it
//                          had put off.
TRIO_CHECKPOINT trio_status trio_file_close(struct trio_file *file);

// The same at once, without a word about writes that were put off. Over a
// network this may block the loop for a while.
//
//     trio_file_close_forcefully(&file);
//
// Checkpoint: never.
void trio_file_close_forcefully(struct trio_file *file);

// Has `path` name what `from` does, and that one nothing any more: in one step,
// whatever it named before. Open files stay as they are. This is how a file is
// replaced so that a power failure leaves the old one or the new one:
//
//     static const struct trio_file_options fresh = {.write = true,
//                                                    .create = true,
//                                                    .truncate = true};
//     struct trio_file file;
//
//     trio_status rc = trio_file_open("settings.new", &fresh, &file);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_file_write_at(&file, 0, "on\n", 3, NULL);
//     if (rc == TRIO_OK)
//         rc = trio_file_sync(&file); // First what it holds,
//     rc = trio_combine(rc, trio_file_close(&file));
//     if (rc == TRIO_OK)
//         rc = trio_path_rename("settings.new", "settings");
//     if (rc == TRIO_OK)
//         rc = trio_path_sync("settings"); // then its name.
//     return rc;
//
// From one folder to another: sync `path` first, then `from`.
//
// Checkpoint: always.
// Returns: TRIO_OK       it is renamed, which is not durable.
//          TRIO_ENOTSUP  they are on different devices, or a folder is there.
//          other         as trio_file_open.
TRIO_CHECKPOINT trio_status trio_path_rename(const char *from,
                                             const char *path);

// Removes a path of a file. What is open stays so until it is closed.
//
//     rc = trio_path_remove("settings.new");
//     if (rc == TRIO_ENOENT)
//         rc = TRIO_OK; // It was not there.
//
// Checkpoint: always.
// Returns: TRIO_OK       it is removed, which is not durable.
//          TRIO_ENOTSUP  it is a folder.
//          other         as trio_file_open.
TRIO_CHECKPOINT trio_status trio_path_remove(const char *path);

// Makes durable what the folder of `path` has under each of its names, that of
// `path` among them. It need not be there.
//
// Checkpoint: always.
// Returns: TRIO_OK       it is.
//          TRIO_ENOTSUP  this folder cannot be synced.
//          TRIO_EACCES   the folder may not be read.
//          other         as trio_file_open.
TRIO_CHECKPOINT trio_status trio_path_sync(const char *path);

TRIO_END_DECLS

#endif // TRIO_FILE_H
