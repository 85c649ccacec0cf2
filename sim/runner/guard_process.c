// Another process is as real as a thread is, a signal comes when it likes, and
// what a process is called and was told is another thing in the next one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sim/runner/guard.h"

// clang-format off
GUARD("a real process", pid_t, fork, (void), ())
GUARD("a real process", int, execv, (const char *path, char *const *arguments),
      (path, arguments))
GUARD("a real process", int, execve,
      (const char *path, char *const *arguments, char *const *environment),
      (path, arguments, environment))
GUARD("a real process", int, execvp, (const char *name, char *const *arguments),
      (name, arguments))
GUARD("a real process", int, execvpe,
      (const char *name, char *const *arguments, char *const *environment),
      (name, arguments, environment))
GUARD("a real process", int, posix_spawn,
      (pid_t *ret_child, const char *path,
       const posix_spawn_file_actions_t *actions,
       const posix_spawnattr_t *attributes, char *const *arguments,
       char *const *environment),
      (ret_child, path, actions, attributes, arguments, environment))
GUARD("a real process", int, posix_spawnp,
      (pid_t *ret_child, const char *name,
       const posix_spawn_file_actions_t *actions,
       const posix_spawnattr_t *attributes, char *const *arguments,
       char *const *environment),
      (ret_child, name, actions, attributes, arguments, environment))
GUARD("a real process", int, system, (const char *command), (command))
GUARD("a real process", FILE *, popen, (const char *command, const char *mode),
      (command, mode))

GUARD("a real signal", int, kill, (pid_t process, int number),
      (process, number))
GUARD("a real signal", unsigned, alarm, (unsigned seconds), (seconds))
GUARD("a real signal", int, signalfd,
      (int handle, const sigset_t *signals, int flags),
      (handle, signals, flags))
GUARD("a real signal", sighandler_t, signal, (int number, sighandler_t handler),
      (number, handler))

GUARD("the real process", pid_t, getpid, (void), ())
GUARD("the real process", pid_t, getppid, (void), ())
GUARD("the real environment", char *, getenv, (const char *name), (name))
GUARD("the real environment", char *, secure_getenv, (const char *name), (name))
// clang-format on
