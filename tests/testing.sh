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

# start NAME PROGRAM...: a server in the background, where a script's children
# would ignore SIGINT. What it prints is in $work/NAME.out and .err. Sets `pid`,
# and `port` once it listens.
start() {
    local name=$1
    shift
    : >"$work/$name.out"
    env --default-signal=INT "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    servers+=("$pid")
    port=
    if ! wait_for '^listening on ' "$work/$name.out"; then
        cat "$work/$name.err"
        return 1
    fi
    port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$work/$name.out")
    [ -n "$port" ]
}

# exits STATUS PROGRAM...: it exits with that; what it prints is in $work/out
# and $work/err.
exits() {
    local expected=$1 status
    shift
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ "$status" -eq "$expected" ] && return
    cat "$work/out" "$work/err"
    echo "$* exited with $status"
    return 1
}
