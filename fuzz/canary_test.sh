#!/bin/bash
# A canary's bug is found within 5,000 runs, and both the bytes and the token
# lead to it again.
#
#     canary_test.sh SCENARIO PROGRAM
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
scenario=$1 canary=$2
folder=$TEST_TMPDIR
log=$folder/log

fail() {
    echo "FAILED: $1"
    cat "$log"
    exit 1
}

# must_fail COMMAND...
must_fail() {
    "$@" >"$log" 2>&1 && fail "it passes: $*"
    grep -q "^$scenario failed: " "$log" || fail "no failure is told: $*"
}

must_fail "$canary" -runs=5000 -seed=2 -artifact_prefix="$folder/"
grep -q 'base unit: ' "$log" || fail "it was not found by the fuzzer"
token=$(sed -En "s/^  replay   .*--replay=? ?'?([A-Za-z0-9_-]+).*/\1/p" "$log")
[ -n "$token" ] || fail "there is no token"
crash=("$folder"/crash-*)
[ -f "${crash[0]}" ] || fail "there is no file"
must_fail "$canary" --replay="$token"
must_fail "$canary" --test "$scenario" --replay "$token"
must_fail "$canary" --test "$scenario" "${crash[0]}"

# What does not fit does nothing.
for size in 0 1 3 5 6 100 5000; do
    head -c "$size" /dev/zero | tr '\0' '\352' >"$folder/garbage"
    "$canary" "$folder/garbage" >"$log" 2>&1 || fail "garbage of $size bytes"
done
