#!/bin/bash
# Each planted bug is found by the default campaign of a scenario, 10,000 runs
# besides the sweeps, and shrunk; its token fails in the same way in a new
# process.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../testing.sh

# found BUG SCENARIO WHAT: the campaign fails with that.
found() {
    ./"$1" --test "$2" --runs 10000 >"$work/found" 2>&1
    [ $? -eq 1 ] && grep -q "^$2 failed: .*$3" "$work/found" &&
        grep -Eo '^(.* FAILED  [0-9]+ runs|  shrunk .*)' "$work/found" &&
        return
    cat "$work/found"
    return 1
}

replayed() {
    local token
    token=$(sed -n 's/^  token  *//p' "$work/found")
    ./"$1" --test "$2" --replay="$token" >"$work/replayed" 2>&1
    [ $? -eq 1 ] && grep -q "^$2 failed: .*$3" "$work/replayed" && return
    cat "$work/replayed"
    return 1
}

# is_caught BUG SCENARIO WHAT
is_caught() {
    echo "$1:"
    check "$1 is found" found "$@"
    check "its token replays" replayed "$@"
}

is_caught increment_waits each_increment_counts_once \
    'the key is one object'
is_caught applied_twice who_is_disconnected_goes_on_at_its_offset \
    'the two are equal in the end'
is_caught list_changed_while_walked \
    who_goes_while_others_are_told_hears_no_more ''
is_caught reply_before_sync what_was_acknowledged_outlives_a_power_failure \
    'what was acknowledged is there'
is_caught counted_before_written \
    what_was_acknowledged_outlives_a_power_failure \
    'what was acknowledged is there'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
