# What the tests of programs have in common; to be sourced. `work` is a folder
# of the test's own; processes that are in `servers` do not outlive it.
# SPDX-License-Identifier: MIT OR Apache-2.0

passed=0
failed=0
work=$(mktemp -d) || exit 1
servers=()
trap 'kill -9 "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT

# check WHAT COMMAND...
check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
    fi
}

# wait_for PATTERN FILE: up to ten seconds for the file to contain it.
wait_for() {
    local i
    for ((i = 0; i < 200; i++)); do
        grep -Eq -- "$1" "$2" 2>/dev/null && return
        sleep 0.05
    done
    echo "no \"$1\" in:"
    cat "$2"
    return 1
}
