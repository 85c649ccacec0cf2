// Whom a client does not talk to, and whom a server does not: each is refused
// with a message of its own, and the other side learns of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"
#include "tests/tls/kit.h"

struct meeting {
    struct trio_tls_context client, server;
    struct trio_memory_stream near, far;
    struct tls_pair tls;
    struct shake shakes[2];
};

static void open_meeting(struct meeting *meeting)
{
    const struct trio_tls_options options = {.no_resumption = true};

    REQUIRE(trio_tls_client_context_open(&options, &meeting->client) ==
            TRIO_OK);
    REQUIRE(trio_tls_server_context_open(&options, &meeting->server) ==
            TRIO_OK);
    trust(&meeting->client, &tls_world()->authority);
}

// Has both shake hands, under the eyes of a client that expects `host`.
static TRIO_PARKS void meet(struct meeting *meeting, const char *host)
{
    struct trio_nursery nursery;

    trio_memory_stream_pair(&meeting->near, &meeting->far);
    CHECK_OK(trio_tls_client_open(&meeting->client, &meeting->near.stream, host,
                                  &meeting->tls.client));
    CHECK_OK(trio_tls_server_open(&meeting->server, &meeting->far.stream,
                                  &meeting->tls.server));
    meeting->shakes[0].tls = &meeting->tls.client;
    meeting->shakes[1].tls = &meeting->tls.server;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(
            trio_nursery_start_soon(&nursery, shake_once, &meeting->shakes[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static void part(struct meeting *meeting)
{
    drop_tls(&meeting->tls);
}

static void close_meeting(struct meeting *meeting)
{
    trio_tls_context_close(&meeting->client);
    trio_tls_context_close(&meeting->server);
}

// ---- Clients ----

struct answer {
    struct meeting *meeting;
    char text[TRIO_ERROR_TEXT_MAX];
};

// Returns what the client's record says, "" if it was content.
static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct answer *answer = arg;
    struct meeting *meeting = answer->meeting;

    answer->text[0] = '\0';
    trio_status rc = trio_tls_handshake(&meeting->tls.client);
    if (rc == TRIO_OK)
        return TRIO_OK;
    if (CHECK_STATUS(rc, TRIO_EUNTRUSTED))
        memcpy(answer->text, trio_error_find(rc)->text, sizeof(answer->text));
    trio_stream_close_forcefully(&meeting->tls.client.stream);
    return TRIO_OK;
}

// Checks what a client says of a server with this certificate.
static TRIO_PARKS void check_client(const struct identity *identity,
                                    const char *host, const char *text)
{
    struct meeting meeting;
    struct answer answer = {.meeting = &meeting};
    struct trio_nursery nursery;

    open_meeting(&meeting);
    use_identity(&meeting.server, identity);
    trio_memory_stream_pair(&meeting.near, &meeting.far);
    CHECK_OK(trio_tls_client_open(&meeting.client, &meeting.near.stream, host,
                                  &meeting.tls.client));
    CHECK_OK(trio_tls_server_open(&meeting.server, &meeting.far.stream,
                                  &meeting.tls.server));
    meeting.shakes[1].tls = &meeting.tls.server;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, ask, &answer));
    CHECK_OK(trio_nursery_start_soon(&nursery, shake_once, &meeting.shakes[1]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STRING(answer.text, text);
    CHECK_EQ(meeting.shakes[1].rc, text[0] == '\0' ? TRIO_OK : TRIO_EPROTOCOL);
    part(&meeting);
    close_meeting(&meeting);
}

static TRIO_PARKS void check_subject(const struct subject *subject,
                                     const char *host, const char *text)
{
    struct identity identity = make_identity(&tls_world()->authority, subject);

    check_client(&identity, host, text);
    free_identity(&identity);
}

TEST_ONCE(tls_refusal, names_that_the_certificate_is_for_are_accepted)
{
    const struct identity *server = &tls_world()->server;

    check_client(server, "server.example", "");
    check_client(server, "SERVER.example.", "");
    check_client(server, "any.wild.example", "");
    check_client(server, "127.0.0.1", "");
}

TEST_ONCE(tls_refusal, wrong_names_are_refused)
{
    const struct identity *server = &tls_world()->server;

    check_client(server, "other.example",
                 "TLS with other.example: hostname mismatch");
    check_client(server, "a.b.wild.example",
                 "TLS with a.b.wild.example: hostname mismatch");
    check_client(server, "127.0.0.2",
                 "TLS with 127.0.0.2: IP address mismatch");
}

TEST_ONCE(tls_refusal, expired_certificates_are_refused)
{
    const struct subject subject = {
        .name = "old.example", .from_day = -10, .to_day = -1};

    check_subject(&subject, "old.example",
                  "TLS with old.example: certificate has expired");
}

TEST_ONCE(tls_refusal, certificates_of_the_future_are_refused)
{
    const struct subject subject = {
        .name = "new.example", .from_day = 1, .to_day = 10};

    check_subject(&subject, "new.example",
                  "TLS with new.example: certificate is not yet valid");
}

TEST_ONCE(tls_refusal, wrong_purposes_are_refused)
{
    const struct subject subject = {.name = "odd.example",
                                    .purpose = "clientAuth"};

    check_subject(&subject, "odd.example",
                  "TLS with odd.example: unsuitable certificate purpose");
}

TEST_ONCE(tls_refusal, self_signed_certificates_are_refused)
{
    const struct subject subject = {.name = "self.example"};
    struct identity identity = make_identity(NULL, &subject);

    check_client(&identity, "self.example",
                 "TLS with self.example: self-signed certificate");
    free_identity(&identity);
}

TEST_ONCE(tls_refusal, unknown_issuers_are_refused)
{
    const struct subject subject = {.name = "far.example"};
    struct identity authority = make_authority("Somebody");
    struct identity identity = make_identity(&authority, &subject);

    check_client(
        &identity, "far.example",
        "TLS with far.example: unable to get local issuer certificate");
    free_identity(&identity);
    free_identity(&authority);
}

// Whoever knows the authority's name can write it into a certificate.
TEST_ONCE(tls_refusal, forged_certificates_are_refused)
{
    const struct subject subject = {.name = "forged.example"};
    struct identity authority = make_authority("Test Authority");
    struct identity identity = make_identity(&authority, &subject);

    check_client(&identity, "forged.example",
                 "TLS with forged.example: certificate signature failure");
    free_identity(&identity);
    free_identity(&authority);
}

// What a certificate is for is in its list of names, not in its subject.
TEST_ONCE(tls_refusal, a_name_of_the_subject_alone_is_refused)
{
    const struct subject subject = {.name = "bare.example", .bare = true};

    check_subject(&subject, "bare.example",
                  "TLS with bare.example: hostname mismatch");
}

TEST_ONCE(tls_refusal, a_client_that_verifies_nobody_talks_to_anybody)
{
    const struct trio_tls_options options = {.no_verification = true};
    const struct subject subject = {.name = "self.example"};
    struct identity identity = make_identity(NULL, &subject);
    struct meeting meeting;

    open_meeting(&meeting);
    trio_tls_context_close(&meeting.client);
    CHECK_OK(trio_tls_client_context_open(&options, &meeting.client));
    use_identity(&meeting.server, &identity);
    meet(&meeting, NULL);
    CHECK_OK(meeting.shakes[0].rc);
    part(&meeting);
    meet(&meeting, "other.example");
    CHECK_OK(meeting.shakes[0].rc);
    part(&meeting);
    close_meeting(&meeting);
    free_identity(&identity);
}

// ---- Servers ----

static TRIO_PARKS void check_server(const struct identity *client,
                                    trio_status expected, const char *text)
{
    struct meeting meeting;
    char path[200];

    snprintf(path, sizeof(path), "%s/authority.pem", kit_folder);
    write_identity(&tls_world()->authority, path);
    const struct trio_tls_options options = {.authorities_file = path,
                                             .no_resumption = true};
    open_meeting(&meeting);
    trio_tls_context_close(&meeting.server);
    CHECK_OK(trio_tls_server_context_open(&options, &meeting.server));
    use_identity(&meeting.server, &tls_world()->server);
    if (client != NULL)
        use_identity(&meeting.client, client);
    meet(&meeting, KIT_HOST);
    if (CHECK_STATUS(meeting.shakes[1].rc, expected) && expected == TRIO_OK) {
        char name[100];
        CHECK_STRING(
            trio_tls_peer_name(&meeting.tls.server, name, sizeof(name)), text);
    }
    part(&meeting);
    close_meeting(&meeting);
}

TEST_ONCE(tls_refusal,
          clients_have_to_have_a_certificate_where_one_is_asked_for)
{
    check_server(&tls_world()->client, TRIO_OK, "CN=client.example");
    check_server(NULL, TRIO_EUNTRUSTED, "");
    const struct subject subject = {.name = "self.example"};
    struct identity identity = make_identity(NULL, &subject);
    check_server(&identity, TRIO_EUNTRUSTED, "");
    free_identity(&identity);
}

// ---- Protocols ----

TEST_ONCE(tls_refusal, a_client_whose_protocols_are_unknown_is_refused)
{
    const struct trio_tls_options h2 = {.protocols = "h2"};
    const struct trio_tls_options h3 = {.protocols = "h3"};
    struct tls_contexts contexts;
    struct meeting meeting;

    open_contexts(&contexts, &h2, &h3, false);
    meeting.client = contexts.client;
    meeting.server = contexts.server;
    meet(&meeting, KIT_HOST);
    CHECK_STATUS(meeting.shakes[0].rc, TRIO_EPROTOCOL);
    CHECK_STATUS(meeting.shakes[1].rc, TRIO_EPROTOCOL);
    part(&meeting);
    close_contexts(&contexts);
}
