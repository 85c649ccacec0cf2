// A network of the test's own, with addresses that answer and some that do not.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TWO_FAMILIES_NETWORK_H
#define TESTS_TWO_FAMILIES_NETWORK_H

#include <stddef.h>

// What is sent to the first of each is this machine's, and to the others gets
// lost without a word. At port 0, as addresses are parsed.
#define IPV4_HERE "192.0.2.1:0"
#define IPV4_HOLE "192.0.2.2:0"
#define IPV6_HERE "[2001:db8::1]:0"
#define IPV6_HOLE "[2001:db8::2]:0"
#define IPV6_OTHER_HOLE "[2001:db8::3]:0"

// Has the program begin again in a network of its own, if it is not there yet.
// To be called first of all. Where the kernel has none to give, it says so and
// ends the program.
void network_enter(int count, char **arguments);

// Returns how many connections of this network nobody has answered yet.
size_t network_count_unanswered(void);

#endif // TESTS_TWO_FAMILIES_NETWORK_H
