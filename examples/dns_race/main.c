// Asks for the addresses of hosts, of both families, all at once, and takes the
// answer that comes first: `dns_race HOST...`. Tells who has won and what has
// become of the others.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/trio.h>

#include "examples/dns_race/race.h"

#define LIMIT (10 * TRIO_SECOND)
#define HOSTS_MAX 8

struct program {
    struct racer racers[2 * HOSTS_MAX];
    size_t count;
};

static void print(const struct racer *racer, bool has_won)
{
    char text[TRIO_ADDRESS_TEXT_MAX];
    const char *what =
        racer->why[0] != '\0' ? racer->why : trio_status_text(racer->rc);

    if (racer->rc == TRIO_OK) {
        what = trio_address_format(&racer->address, text, sizeof(text));
        *strrchr(text, ':') = '\0'; // Nobody has asked for a port.
    }
    printf("%-6s %4lld ms  IPv%d of %s: %s\n", has_won ? "winner" : "",
           (long long)(racer->took / TRIO_MS), (int)racer->family, racer->host,
           what);
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct program *program = arg;
    struct trio_cancel_scope limit;
    size_t winner = SIZE_MAX;

    trio_fail_after(&limit, LIMIT);
    trio_status rc = race(program->racers, program->count, &winner);
    rc = trio_cancel_scope_close(&limit, rc);
    for (size_t i = 0; i < program->count; i++)
        print(&program->racers[i], i == winner);
    return rc;
}

int main(int argc, char **argv)
{
    static struct program program;

    if (argc < 2 || argc > 1 + HOSTS_MAX) {
        fprintf(stderr, "usage: dns_race HOST...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        program.racers[program.count++] =
            (struct racer){.host = argv[i], .family = TRIO_ADDRESS_IPV4};
        program.racers[program.count++] =
            (struct racer){.host = argv[i], .family = TRIO_ADDRESS_IPV6};
    }
    return trio_exit_code(trio_run(run, &program));
}
