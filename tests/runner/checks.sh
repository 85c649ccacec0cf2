# What the tests of the runner share: checks that are counted, and what is said of
# the last run. To be sourced; `program` and `work` are set.
# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash

passed=0
failed=0

check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        sed 's/^/    /' "$work/out"
    fi
}

# run EXPECTED_CODE OPTION...: runs it, keeps what it says, compares its code.
run() {
    local expected=$1 code
    shift
    "$program" "$@" >"$work/out" 2>&1 </dev/null
    code=$?
    [ "$code" -eq "$expected" ] && return
    echo "exits with $code, not $expected" >>"$work/out"
    return 1
}

says() { grep -qE -- "$1" "$work/out"; }
says_not() { ! says "$1"; }
ends_with() { [ "$(tail -n 1 "$work/out")" = "$1" ]; }
