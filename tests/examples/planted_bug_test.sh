#!/bin/bash
# planted_bug_test.sh PROGRAM SCENARIO TEXT: scenarios of a program with a bug
# that was planted. The default campaign finds it, and its token replays it.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
program=$1 scenario=$2 text=$3

# shellcheck source=tests/testing.sh
. tests/testing.sh

found() {
    exits 1 "$program" --test "$scenario" &&
        grep -q "^$scenario failed: $text\$" "$work/out"
}
check 'it is found' found
token=$(sed -n 's/^  token  *//p' "$work/out" | head -n 1)
check 'it has a token' test -n "$token"
few() {
    local deviations
    deviations=$(sed -n 's/^  shrunk .* to \([0-9]*\) deviations.*/\1/p' \
        "$work/out")
    [ -n "$deviations" ] && [ "$deviations" -le 2 ]
}
check 'it is shrunk' few
check 'it is replayed' exits 1 "$program" --test "$scenario" \
    "--replay=$token"
check 'it is the same' grep -q "^$scenario failed: $text\$" "$work/out"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
