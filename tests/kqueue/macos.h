// What macOS has beside kqueue, for the files of it that are built on Linux.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TESTS_KQUEUE_MACOS_H
#define TRIO_TESTS_KQUEUE_MACOS_H

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CLOCK_UPTIME_RAW CLOCK_MONOTONIC
#define F_FULLFSYNC 51
#define SO_NOSIGPIPE 0x1022
#define SO_NREAD 0x1020
#define st_mtimespec st_mtim

struct sf_hdtr;

int macos_main_thread(void);
void macos_name_thread(const char *name);
int macos_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
               const struct timespec *limit);
int macos_send_file(int file, int descriptor, off_t offset, off_t *length,
                    struct sf_hdtr *headers, int flags);
int macos_set_option(int descriptor, int level, int name, const void *value,
                     socklen_t length);
int macos_get_option(int descriptor, int level, int name, void *value,
                     socklen_t *length);
ssize_t macos_send(int descriptor, const void *data, size_t size, int flags);
ssize_t macos_send_message(int descriptor, const struct msghdr *message,
                           int flags);

// As macos_send_file and macos_set_option, for tests that have functions of
// these names.
int model_send_file(int file, int descriptor, off_t offset, off_t *length,
                    struct sf_hdtr *headers, int flags);
int model_set_option(int descriptor, int level, int name, const void *value,
                     socklen_t length);

#define pthread_main_np macos_main_thread
#define pthread_setname_np macos_name_thread
#define pthread_cond_timedwait_relative_np macos_wait
#define sendfile macos_send_file
// With arguments, for there are members of structs with these names.
#define send(a, b, c, d) macos_send(a, b, c, d)
#define sendmsg(a, b, c) macos_send_message(a, b, c)
#define getsockopt(a, b, c, d, e) macos_get_option(a, b, c, d, e)
#define setsockopt(a, b, c, d, e) macos_set_option(a, b, c, d, e)

#endif // TRIO_TESTS_KQUEUE_MACOS_H
