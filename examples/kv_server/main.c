// Serves an in-memory store by the Redis protocol:
//
//     kv_server [ADDRESS:PORT] [--LIMIT=NUMBER]...
//
// SIGUSR1 prints what every task is doing. SIGINT and SIGTERM stop it: clients
// have a moment to be answered. The limits are those of struct kv_limits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include <trio/trio.h>

#include "examples/kv_server/server.h"

#define GRACE (100 * TRIO_MS)

struct program {
    struct trio_address address;
    struct kv_limits limits;
    struct kv_server server;
    struct trio_server accepting;
};

// Takes signals for as long as the server runs.
static TRIO_CHECKPOINT trio_status take_signals(void *arg)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
    struct program *program = arg;
    struct trio_signal_receiver receiver;
    trio_duration grace = GRACE;
    int signal;

    trio_status rc = trio_signal_receiver_open(&receiver, signals, 3);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    while ((rc = trio_signal_receiver_receive(&receiver, &signal)) == TRIO_OK) {
        if (signal == SIGUSR1) {
            trio_dump_tasks();
        } else {
            trio_serve_stop(&program->accepting, grace);
            grace = 0; // Who asks again is in a hurry.
        }
    }
    trio_signal_receiver_close(&receiver);
    return rc;
}

static TRIO_CHECKPOINT trio_status listen_and_serve(struct program *program)
{
    struct trio_tcp_listener listener;
    char text[TRIO_ADDRESS_TEXT_MAX];

    trio_status rc = trio_tcp_listen(&program->address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    printf("listening on %s\n",
           trio_address_format(&listener.address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
    return trio_serve(&program->accepting, &listener, 1, NULL, kv_serve_client,
                      &program->server);
}

static TRIO_CHECKPOINT trio_status run_beside(struct program *program)
{
    static const struct trio_task_options collector = {.name = "collector"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    // Returns once signals are received, so that none comes too early.
    trio_status rc = trio_nursery_start(&nursery, take_signals, program, NULL);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon_with(&nursery, &collector,
                                          kv_server_collect, &program->server);
    if (rc == TRIO_OK)
        rc = listen_and_serve(program);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct program *program = arg;
    trio_status rc = kv_server_open(&program->server, &program->limits);

    if (rc != TRIO_OK)
        return rc;
    rc = run_beside(program);
    printf("served %llu clients and %llu commands\n",
           (unsigned long long)program->server.accepted,
           (unsigned long long)program->server.commands);
    kv_server_close(&program->server);
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

int main(int argc, char **argv)
{
    struct program program = {.limits = KV_LIMITS_DEFAULT,
                              .accepting = TRIO_SERVER_INIT};

    trio_ignore(trio_address_parse("127.0.0.1:6379", &program.address));
    for (int i = 1; i < argc; i++) {
        if (take_limit(argv[i], &program.limits) ||
            trio_address_parse(argv[i], &program.address) == TRIO_OK)
            continue;
        fprintf(stderr, "usage: kv_server [ADDRESS:PORT] [--LIMIT=NUMBER]...\n"
                        "       LIMIT: clients, memory, key, bulk, request, "
                        "output, subscriptions, idle\n");
        return 2;
    }
    return trio_exit_code(trio_run(run, &program));
}
