// Names that are not ASCII: what trio/resolve.h promises of libidn2.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/resolve.h>
#include <trio/sim_net.h>

#include "tests/check.h"

// S90
TEST_PLAIN(idna, names_are_encoded_as_registries_have_them)
{
    static const struct {
        const char *name;
        const char *ascii;
    } cases[] = {
        {"bücher.example", "xn--bcher-kva.example"},
        {"BÜCHER.Example", "xn--bcher-kva.example"}, // Mapped,
        {"faß.de", "xn--fa-hia.de"},                 // not transitional,
        {"βόλος.com", "xn--nxasmm1c.com"},
        {"bu\u0308cher.example", "xn--bcher-kva.example"}, // composed.
        {"例え。テスト", "xn--r8jz45g.xn--zckzah"}, // That is a dot, too.
    };
    char buffer[TRIO_HOST_SIZE];

    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_OK(trio_host_encode(cases[i].name, buffer, sizeof(buffer)));
        CHECK_STRING(buffer, cases[i].ascii);
    }
}

static void refuse(const char *name, const char *label)
{
    char buffer[TRIO_HOST_SIZE];
    const struct trio_error *error;

    trio_error_clear();
    CHECK_STATUS(trio_host_encode(name, buffer, sizeof(buffer)), TRIO_EINVAL);
    error = trio_error_find(TRIO_EINVAL);
    CHECK(error != NULL && strstr(error->text, label) == error->text);
}

// S90
TEST_ONCE(idna, a_label_that_is_not_allowed_is_named)
{
    char name[1100];

    refuse("www.a\u2260b\u00a0.example", "label \"a\u2260b\u00a0\" of");
    refuse("www.\u0301bc.example", "label \"\u0301bc\" of");
    refuse("\xff\xfe.example", "label \"\xff\xfe\" of");
    memset(name, 'x', sizeof(name));
    memcpy(name, "ü", 2);
    name[sizeof(name) - 1] = '\0';
    refuse(name, "host's name üxxxxxxxxxxxxxxxxxxxxxx...: longer");
    refuse("ü..example", "label \"\" of");
}

// S90
TEST_ONCE(idna, a_simulated_host_is_found_under_such_a_name)
{
    struct trio_sim_host *host;
    struct trio_address found[2];
    size_t count;

    CHECK_OK(trio_sim_host_open("bücher", NULL, &host));
    CHECK_STATUS(trio_sim_host_open("BÜCHER", NULL, &host), TRIO_EEXIST);
    CHECK_OK(trio_resolve("bücher", 0, NULL, found, 2, &count));
    CHECK_EQ(count, 2);
}
