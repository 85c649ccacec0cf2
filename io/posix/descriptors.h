// What systems do not agree on about descriptors: how they begin without
// blocking, without being inherited by children, and without raising SIGPIPE.
// Each has a folder with these functions. They fail as calls of POSIX do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_DESCRIPTORS_H
#define TRIO_IO_POSIX_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

// Flags of the system for each send, and for each receive of a message.
extern const int trio_descriptor_send_flags_;
extern const int trio_descriptor_receive_flags_;

// The flag that has a receive return the length of a whole datagram, 0: none.
// Then trio_descriptor_next_length_ tells that of the next one; else it is 0.
extern const int trio_descriptor_length_flag_;
size_t trio_descriptor_next_length_(int descriptor);

int trio_descriptor_socket_(int family, int type);
int trio_descriptor_socket_pair_(int type, int ret_ends[2]);
int trio_descriptor_pipe_(int ret_ends[2]);
int trio_descriptor_accept_(int listener, struct sockaddr *ret_name,
                            socklen_t *length);

// Gives a descriptor that somebody else has made the same properties, as far as
// the system lets it.
void trio_descriptor_adopt_(int descriptor);

// Has a descriptor that came in a message closed in children.
void trio_descriptor_received_(int descriptor);

// Says whether such a file has no data, and only stands for a path.
bool trio_descriptor_is_path_(int flags);

// Sends up to `size` bytes of a file from `offset` on; SIGPIPE may be raised.
long trio_descriptor_send_file_(int descriptor, int file, int64_t offset,
                                size_t size);

// Makes what was written durable, with the length.
int trio_descriptor_sync_(int descriptor);

struct stat;

// When the data of a file last changed.
struct timespec trio_descriptor_changed_(const struct stat *file);

#endif // TRIO_IO_POSIX_DESCRIPTORS_H
