// Serves an in-memory store by the Redis protocol:
//
//     kv_server [ADDRESS:PORT] [--append-only FILE] [--fsync POLICY]
//               [--follow HOST PORT] [--LIMIT=NUMBER]...
//
// With --append-only each change is logged in a file, and what is there already
// is loaded first. The policy says when a change is durable: "always", before
// anybody hears of it; "everysec", the default; "no", when the system likes.
//
// With --follow it has what another kv_server has, as soon as it can, and
// refuses changes by its own clients.
//
// SIGUSR1 prints what every task is doing. SIGINT and SIGTERM stop it: clients
// have a moment to be answered. The limits are those of struct kv_limits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include <trio/trio.h>

#include "examples/kv_server/follower.h"
#include "examples/kv_server/server.h"

#define GRACE (100 * TRIO_MS)

struct program {
    const char *where;
    struct kv_limits limits;
    struct kv_server server;
    const char *log_path; // NULL: there is no log.
    enum kv_fsync fsync;
    struct kv_log log;
    const char *leader; // NULL: it follows nobody.
    uint16_t leader_port;
    struct kv_follower follower;
};

static TRIO_CHECKPOINT trio_status dump_on_signal(void *arg)
{
    static const int signals[] = {SIGUSR1};
    struct trio_signal_receiver receiver;
    int signal;

    (void)arg;
    trio_status rc = trio_signal_receiver_open(&receiver, signals, 1);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    while ((rc = trio_signal_receiver_receive(&receiver, &signal)) == TRIO_OK)
        trio_dump_tasks();
    trio_signal_receiver_close(&receiver);
    return rc;
}

static void announce(const struct trio_address *address, void *arg)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    (void)arg;
    printf("listening on %s\n",
           trio_address_format(address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
}

static trio_status start_to_follow(struct program *program,
                                   struct trio_nursery *nursery)
{
    static const struct trio_task_options options = {.name = "follower"};

    if (program->leader == NULL)
        return TRIO_OK;
    kv_follower_open(&program->follower, &program->server, program->leader,
                     program->leader_port);
    return trio_nursery_start_soon_with(nursery, &options, kv_follower_run,
                                        &program->follower);
}

static TRIO_CHECKPOINT trio_status serve_until_signal(void *arg)
{
    static const struct trio_listen_options listen = {.keep_alive = true};
    const struct trio_serve_options options = {
        .listen = &listen, .grace = GRACE, .on_listening = announce};
    struct program *program = arg;
    struct trio_nursery nursery;

    if (program->log_path != NULL && program->log.cut > 0)
        fprintf(stderr, "%s: its last %llu bytes were not whole: cut off\n",
                program->log_path, (unsigned long long)program->log.cut);
    trio_nursery_open(&nursery);
    // Returns once the signal is received, so that none comes too early.
    trio_status rc = trio_nursery_start(&nursery, dump_on_signal, NULL, NULL);
    if (rc == TRIO_OK)
        rc = start_to_follow(program, &nursery);
    if (rc == TRIO_OK)
        rc = trio_serve_until_signal(program->where, &options, kv_serve_client,
                                     &program->server);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct program *program = arg;
    trio_status rc =
        program->log_path == NULL
            ? kv_serve(&program->server, &program->limits, serve_until_signal,
                       program)
            : kv_serve_logged(&program->server, &program->limits, &program->log,
                              program->log_path, program->fsync,
                              serve_until_signal, program);

    printf("served %llu clients and %llu commands\n",
           (unsigned long long)program->server.accepted,
           (unsigned long long)program->server.commands);
    return rc;
}

// Reads "--LIMIT=NUMBER"; says whether it is one.
static bool take_limit(const char *argument, struct kv_limits *limits)
{
    const struct {
        const char *name;
        int64_t *limit;
    } known[] = {
        {"--clients=", &limits->clients},
        {"--memory=", &limits->memory},
        {"--key=", &limits->key},
        {"--bulk=", &limits->bulk},
        {"--request=", &limits->request},
        {"--output=", &limits->output},
        {"--idle=", &limits->idle},
        {"--subscriptions=", &limits->subscriptions},
        {"--backlog=", &limits->backlog},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t length = strlen(known[i].name);
        if (strncmp(argument, known[i].name, length) != 0)
            continue;
        struct kv_bytes number = {argument + length, strlen(argument + length)};
        return kv_bytes_to_integer(number, known[i].limit) &&
               *known[i].limit > 0;
    }
    return false;
}

// Reads an option and its value; says whether it is one of the log's.
static bool take_log_option(const char *name, const char *value,
                            struct program *program)
{
    if (value == NULL)
        return false;
    if (strcmp(name, "--fsync") == 0)
        return kv_fsync_from_text(value, &program->fsync);
    if (strcmp(name, "--append-only") != 0)
        return false;
    program->log_path = value;
    return true;
}

// Reads the two words behind "--follow"; says whether they are what it takes.
static bool take_leader(char **words, struct program *program)
{
    int64_t port;

    if (words[0] == NULL || words[1] == NULL)
        return false;
    struct kv_bytes number = {words[1], strlen(words[1])};
    if (!kv_bytes_to_integer(number, &port) || port < 1 || port > UINT16_MAX)
        return false;
    program->leader = words[0];
    program->leader_port = (uint16_t)port;
    return true;
}

static bool take_arguments(char **words, struct program *program)
{
    for (; *words != NULL; words++) {
        if (strcmp(*words, "--follow") == 0) {
            if (!take_leader(words + 1, program))
                return false;
            words += 2;
        } else if (take_log_option(words[0], words[1], program)) {
            words++;
        } else if ((*words)[0] != '-') {
            program->where = *words;
        } else if (!take_limit(*words, &program->limits)) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct program program = {.where = "127.0.0.1:6379",
                                     .limits = KV_LIMITS_DEFAULT,
                                     .fsync = KV_FSYNC_EVERYSEC};

    if (argc > 0 && take_arguments(argv + 1, &program))
        return trio_exit_code(trio_run(run, &program));
    fprintf(stderr,
            "usage: kv_server [ADDRESS:PORT] [--LIMIT=NUMBER]...\n"
            "       [--append-only FILE] [--fsync always|everysec|no]\n"
            "       [--follow HOST PORT]\n"
            "       LIMIT: clients, memory, key, bulk, request, output, "
            "subscriptions, idle, backlog\n");
    return 2;
}
