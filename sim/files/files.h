// The files of simulated hosts: what all of their sources know.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A file and a name have two states each: what everybody sees, and what is
// durable. Everything lies in the network's memory, as hosts do.

#ifndef TRIO_SIM_FILES_FILES_H
#define TRIO_SIM_FILES_FILES_H

#include <trio/backend.h>

#include "sim/net/net.h"

// ---- bytes.c: what a file holds ----

enum { FILE_BYTES_MAX = 1 << 20 };

struct bytes {
    char *data;
    size_t length;
    size_t max;
};

// Each returns false, and changes nothing, if there is no memory.
bool trio_sim_bytes_write_(struct pool *pool, struct bytes *bytes,
                           size_t offset, const char *data, size_t size);
bool trio_sim_bytes_resize_(struct pool *pool, struct bytes *bytes,
                            size_t length);
void trio_sim_bytes_free_(struct pool *pool, struct bytes *bytes);

// ---- inode.c: files ----

// What was done to a file and is not durable yet.
struct change {
    struct change *next;
    bool resizes; // To the length `offset`; else it writes there.
    size_t offset;
    size_t size;
    char data[];
};

struct inode {
    struct inode *next; // Of the disk.
    struct bytes now;
    struct bytes durable;
    struct change *first; // In the order in which they were made.
    struct change *last;
    size_t unsynced; // Bytes of those.
    size_t names;    // That name it, now or durably,
    size_t handles;  // and how often it is open.
};

struct disk;

// Returns NULL if there is no memory.
struct inode *trio_sim_inode_new_(struct network *network, struct disk *disk);
// Gives it back if nothing refers to it.
void trio_sim_inode_drop_(struct network *network, struct disk *disk,
                          struct inode *inode);
bool trio_sim_inode_write_(struct network *network, struct inode *inode,
                           size_t offset, const char *data, size_t size);
bool trio_sim_inode_resize_(struct network *network, struct inode *inode,
                            size_t length);
// Makes all changes durable, or forgets them: then they never will be.
bool trio_sim_inode_sync_(struct network *network, struct inode *inode);
void trio_sim_inode_forget_(struct network *network, struct inode *inode);
// Leaves what is durable, and of the changes what the run chooses.
void trio_sim_inode_crash_(struct network *network, struct inode *inode);

// ---- names.c: paths ----

enum { PATH_BYTES_MAX = 4096, NAME_BYTES_MAX = 255, ENTRIES_MAX = 10000 };

struct entry {
    struct entry *next;
    struct inode *now;     // NULL: it names nothing,
    struct inode *durable; // or nothing durably.
    size_t folder;         // So many bytes of the path are its folder's.
    char path[];
};

// Whether it is not too long, and none of its names is.
bool trio_sim_path_fits_(const char *path);
// Returns why a path cannot be one of a file, or TRIO_OK.
TRIO_MUST_USE trio_status trio_sim_path_check_(const struct disk *disk,
                                               const char *path);
struct entry *trio_sim_entry_find_(const struct disk *disk, const char *path);
// Returns a path that names the file, NULL if none does any more.
const char *trio_sim_name_of_(const struct disk *disk,
                              const struct inode *inode);
// As find, and makes one. NULL: there is no memory, or there are too many.
struct entry *trio_sim_entry_make_(struct network *network, struct disk *disk,
                                   const char *path);
// Gives it back if it names nothing.
void trio_sim_entry_drop_(struct network *network, struct disk *disk,
                          struct entry *entry);
void trio_sim_entry_set_(struct network *network, struct disk *disk,
                         struct entry *entry, struct inode *inode);
// Makes durable what the folder of a path has.
void trio_sim_names_sync_(struct network *network, struct disk *disk,
                          const char *path);
void trio_sim_names_crash_(struct network *network, struct disk *disk);

// ---- disk.c: what a host has ----

enum { FILE_CALLS_TRIED = 8 };

struct open_file {
    struct open_file *next;
    struct inode *inode;
    trio_handle handle;
    bool writes;
    bool appends;
    uint8_t calls; // That could have failed, up to FILE_CALLS_TRIED.
};

struct disk {
    struct trio_sim_host *host;
    struct inode *inodes;
    struct entry *entries;
    size_t entry_count;
    struct open_file *open;
    size_t bytes; // That everybody sees.
    size_t bytes_max;
    bool full; // The next write finds no space.
};

// The disk of a host; NULL: there is no memory.
struct disk *trio_sim_disk_of_(struct network *network,
                               struct trio_sim_host *host);
// The disk of the host of the current task; NULL: there is no memory.
struct disk *trio_sim_disk_here_(void *context);
TRIO_MUST_USE trio_status trio_sim_file_open_(struct network *network,
                                              struct disk *disk,
                                              struct inode *inode,
                                              struct open_file **ret_file);
void trio_sim_file_close_(struct network *network, struct disk *disk,
                          struct open_file *file);
// Finds an open file of the current host's; NULL: the handle is none.
struct open_file *trio_sim_file_find_(void *context, trio_handle handle,
                                      struct disk **ret_disk);

// ---- opening.c ----
TRIO_MUST_USE trio_status trio_sim_open_file_(
    void *context, const char *path, const struct trio_file_options *options,
    trio_handle *ret_handle, int *ret_error);
TRIO_MUST_USE trio_status trio_sim_close_file_(void *context,
                                               trio_handle handle,
                                               int *ret_error);

// ---- content.c ----
TRIO_MUST_USE trio_status trio_sim_file_resize_(struct network *network,
                                                struct disk *disk,
                                                struct inode *inode,
                                                size_t length);
TRIO_MUST_USE trio_status trio_sim_read_file_(void *context, trio_handle handle,
                                              uint64_t offset, void *data,
                                              size_t size, size_t *ret_length,
                                              int *ret_error);
TRIO_MUST_USE trio_status trio_sim_write_file_(
    void *context, trio_handle handle, uint64_t offset, const void *data,
    size_t size, size_t *ret_length, int *ret_error);
TRIO_MUST_USE trio_status trio_sim_file_size_(void *context, trio_handle handle,
                                              uint64_t *ret_size,
                                              int *ret_error);
TRIO_MUST_USE trio_status trio_sim_truncate_file_(void *context,
                                                  trio_handle handle,
                                                  uint64_t size,
                                                  int *ret_error);
TRIO_MUST_USE trio_status trio_sim_sync_file_(void *context, trio_handle handle,
                                              int *ret_error);

// ---- paths.c ----
TRIO_MUST_USE trio_status trio_sim_rename_path_(void *context, const char *from,
                                                const char *path,
                                                int *ret_error);
TRIO_MUST_USE trio_status trio_sim_remove_file_(void *context, const char *path,
                                                int *ret_error);
TRIO_MUST_USE trio_status trio_sim_sync_path_(void *context, const char *path,
                                              int *ret_error);

// ---- calls.c: the seam ----
extern const struct trio_files trio_sim_files_;

// ---- crash.c ----

// The power of a host has failed: its files are closed, and what was not synced
// is lost, but for what the run chooses.
void trio_sim_files_crash_(struct network *network, struct trio_sim_host *host);

// Whether the run chooses, at this moment, that something comes out otherwise.
static inline bool trio_sim_comes_out_(const struct network *network,
                                       const char *what, const char *outcome)
{
    const struct trio_sim_world_ *world = network->world;

    return world->comes_out != NULL && world->comes_out(what, outcome);
}

#endif // TRIO_SIM_FILES_FILES_H
