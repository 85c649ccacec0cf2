// The pipe says that a child has ended, also if it has nothing else to say.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/posix/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/runner/options.h"
#include "sim/runner/posix/interrupt.h"

void trio_runner_child_bind_(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILED); // It was too late for that.
}

bool trio_runner_child_fork_(struct child *ret_child)
{
    int ends[2];
    pid_t parent = getpid();

    *ret_child = (struct child){.pid = -1, .pipe = -1};
    if (pipe(ends) != 0)
        return false;
    fflush(NULL); // Or both would print it.
    ret_child->pid = fork();
    bool is_child = ret_child->pid == 0;
    ret_child->pipe = ends[is_child];
    close(ends[!is_child]);
    if (is_child)
        trio_runner_child_bind_(parent);
    return is_child;
}

// Returns false at the end.
static bool copy(int pipe, FILE *out)
{
    char part[4096];
    ssize_t length = read(pipe, part, sizeof(part));

    if (length > 0 && out != NULL)
        fwrite(part, 1, (size_t)length, out);
    return length > 0 || (length < 0 && errno == EINTR);
}

void trio_runner_child_wait_(const struct child *child, FILE *out)
{
    struct pollfd from_child = {child->pipe, POLLIN, 0};
    bool runs = child->pid > 0;

    while (runs && !trio_runner_interrupted_())
        if (poll(&from_child, 1, INTERRUPT_POLL_MS) > 0)
            runs = copy(child->pipe, out);
    if (runs)
        kill(child->pid, SIGKILL);
    while (child->pid > 0 && waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (child->pipe >= 0)
        close(child->pipe);
}

void *trio_runner_shared_new_(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}
