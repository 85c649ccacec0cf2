#!/bin/bash
# Unusual ends: whatever a scenario does, its program says what it was, how to
# have it again, and goes on with the others. Run by hand with a program of
# tests/runner/unusual.c, and that.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
ulimit -c 0

program=${1:?a program of tests/runner/unusual.c}
source=${2:?tests/runner/unusual.c}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset "${!TEST_@}" "${!TESTBRIDGE_@}" XML_OUTPUT_FILE

source "${0%/*}/checks.sh"

# It says what failed, and has a token that does it again.
fails() {
    local name=$1 text=$2 token
    shift 2
    run 1 --test "$name" --test works "$@" || return
    says "^$name failed: $text" || return
    says '^works +PASSED' || return
    ends_with '1 passed, 1 failed' || return
    token=$(sed -nE 's/^  token +//p' "$work/out")
    [ -n "$token" ] && run 1 --test "$name" --replay "$token" &&
        says "^$name failed: $text"
}

at='unusual.c:[0-9]+$'

# ---- The end of the process ----

check 'exit' fails calls_exit 'exit called at '"$at"
line=$(grep -n 'exit(0)' "$source" | head -n 1)
check 'with the place' says "unusual.c:${line%%:*}\$"
check '_exit' fails calls_underscore_exit '_exit called at '"$at"
check 'quick_exit' fails calls_quick_exit 'quick_exit called at '"$at"
check 'exit in one schedule' fails exits_if_first 'exit called at '"$at"
check 'that is one deviation' says '^    1\. task at start, .* -> task#2 first'

# ---- The real world ----

check 'the environment' fails asks_for_the_environment \
    'the real environment leaked in: getenv called at unusual.c:'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
