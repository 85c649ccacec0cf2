#!/bin/bash
# Races that need no name server.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../tests/testing.sh

check 'usage: no host' exits 2 ./dns_race
check 'usage: too many hosts' exits 2 ./dns_race 1 2 3 4 5 6 7 8 9

check 'a race' exits 0 ./dns_race no..name there.invalid 127.0.0.1
check 'the winner' grep -q '^winner .* IPv4 of 127.0.0.1: 127.0.0.1$' \
    "$work/out"
check 'there is one' [ "$(grep -c '^winner' "$work/out")" -eq 1 ]
check 'who has failed' grep -q ' IPv6 of no..name: label "" of a host' \
    "$work/out"
check 'who was given up' grep -q ' of there.invalid: cancelled$' "$work/out"

check 'a name of this machine' exits 0 ./dns_race localhost
check 'has an address' grep -Eq '^winner .* of localhost: (127|\[::1)' \
    "$work/out"

check 'nobody has an answer' exits 1 ./dns_race no..name 1..2
check 'which is told of each' [ "$(grep -c 'it is empty' "$work/out")" -eq 4 ]
check 'and there is no winner' eval '! grep -q "^winner" "$work/out"'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
