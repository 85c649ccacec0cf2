#!/bin/bash
# Whatever leaks into a run from outside of it is found and named. Run by hand
# with a program of the leaks.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u

program=${1:?a program of tests/leaks/leaks.c}

# What Bazel tells this test is not meant for the runner.
unset "${!TEST_@}" "${!TESTBRIDGE_@}" XML_OUTPUT_FILE

failed=0

# leaks SCENARIO TEXT OPTION...: it fails, and says that.
leaks() {
    local scenario=$1 text=$2 said
    shift 2
    if said=$("$program" --test "$scenario" "$@" 2>&1) ||
        ! grep -qE -- "$text" <<<"$said"; then
        failed=1
        printf 'FAILED: %s %s\n%s\n' "$scenario" "$*" "$said"
    fi
}

# keeps_tight SCENARIO OPTION...: it passes.
keeps_tight() {
    local said
    if ! said=$("$program" --test "$@" 2>&1); then
        failed=1
        printf 'FAILED: %s\n%s\n' "$*" "$said"
    fi
}

leaks an_address_used_as_an_order \
    'depends on addresses; first at step [0-9]+: main uses .* / main uses '
leaks the_real_clock \
    'real time leaked in: timespec_get called at leaks\.c:[0-9]+'
leaks an_uninitialised_block \
    'depends on uninitialised memory; first at step 1: '
leaks an_uninitialised_stack \
    'depends on uninitialised memory; '

leaks uninitialised_memory_of_malloc \
    "depends on uninitialised memory of malloc's; first at step 1: "

# Inside one process these are the same every time.
for scenario in where_the_program_lies the_environment; do
    keeps_tight "$scenario" --cancel-sweep=off --failure-sweep=off
    leaks "$scenario" 'of 20 runs are others in a new process' --twins 20
done

keeps_tight nothing --twins 20
exit "$failed"
