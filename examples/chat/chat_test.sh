#!/bin/bash
# Two guests over TCP.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

work=$(mktemp -d) || exit 1
trap 'kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*"
    cat "$work"/*
    echo "0 passed, 1 failed"
    exit 1
}

# hears DESCRIPTOR EXPECTED: that is the next line.
hears() {
    local line
    IFS= read -r -t 20 line <&"$1"
    [ "$line" = "$2" ] || fail "\"$line\", not \"$2\""
}

env --default-signal=INT ./chat >"$work/out" 2>"$work/err" &
server=$!
for ((i = 0; i < 200; i++)); do
    grep -q '^listening on ' "$work/out" && break
    sleep 0.05
done
port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$work/out")
[ -n "$port" ] || fail "it does not listen"

exec 8<>"/dev/tcp/127.0.0.1/$port" || fail "no connection"
hears 8 '* your name?'
echo Ada >&8
exec 9<>"/dev/tcp/127.0.0.1/$port" || fail "no connection"
hears 9 '* your name?'
echo Grace >&9
hears 8 '* Grace is here'
echo hello >&8
hears 9 'Ada: hello'
exec 8>&-
hears 9 '* Ada has gone'

kill -INT "$server"
wait "$server"
status=$?
[ "$status" -eq 0 ] || fail "exited with $status after SIGINT"
echo "1 passed, 0 failed"
