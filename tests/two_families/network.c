// Frames for a neighbour that is known by an address of a card that nobody has
// are sent, and taken by nobody: not the least answer comes back, not even that
// there is none. The network ends with the program.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include "tests/two_families/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

#define INSIDE "TRIO_TEST_NETWORK"
#define ARGUMENTS_MAX 20

static const char *const commands[] = {
    "ip link set lo up",
    "ip link add near type veth peer name far",
    "ip link set near up",
    "ip link set far up",
    "ip address add 192.0.2.1/24 dev near",
    "ip address add 2001:db8::1/64 dev near nodad",
    "ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev near",
    "ip neighbour add 2001:db8::2 lladdr 02:00:00:00:00:02 dev near",
    "ip neighbour add 2001:db8::3 lladdr 02:00:00:00:00:02 dev near",
};

// Returns what a command exited with.
static int run(const char *command)
{
    int status = system(command);

    REQUIRE(status != -1 && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void begin_again(int count, char **arguments)
{
    char self[4096];
    char *words[ARGUMENTS_MAX + 5] = {"unshare", "--map-root-user", "--net",
                                      self};
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    REQUIRE(length > 0 && count <= ARGUMENTS_MAX);
    self[length] = '\0';
    for (int i = 1; i < count; i++)
        words[3 + i] = arguments[i];
    REQUIRE(setenv(INSIDE, "", 1) == 0);
    REQUIRE(execvp(words[0], words) == 0); // It does not return.
}

void network_enter(int count, char **arguments)
{
    if (getenv(INSIDE) == NULL) {
        int refused = run("unshare --map-root-user --net true");
        REQUIRE(refused == 0 || refused == 1); // Or it is not there.
        if (refused == 0)
            begin_again(count, arguments);
        printf("skipped: the kernel refuses a network namespace\n");
        exit(0);
    }
    for (size_t i = 0; i < COUNT(commands); i++)
        REQUIRE(run(commands[i]) == 0);
}

static size_t count_unanswered(const char *path)
{
    static const char syn_sent[] = " 02 "; // The state, as a word of the line.
    char line[300];
    size_t count = 0;
    FILE *table = fopen(path, "re");

    REQUIRE(table != NULL);
    while (fgets(line, sizeof(line), table) != NULL)
        count += strstr(line, syn_sent) != NULL;
    fclose(table);
    return count;
}

size_t network_count_unanswered(void)
{
    return count_unanswered("/proc/self/net/tcp") +
           count_unanswered("/proc/self/net/tcp6");
}
