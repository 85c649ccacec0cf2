#!/bin/bash
# Two examples run by Wine: hello greets, and echo_server sends 10 MiB back to a
# client that is no program of Windows.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 1

bazel build --config=windows --noshow_progress --color=no --curses=no \
    //examples:hello //examples:echo_server || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

check() {
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

greets_both() {
    [ "$(tools/wine/wine.sh out/bin/examples/hello.exe | tr -d '\r' | sort)" \
        = $'hello, Ada\nhello, Grace' ]
}

# Sends a file to the server and receives as much.
sends_back() {
    /usr/bin/python3 - "$1" "$2" <<'CLIENT'
import hashlib
import random
import socket
import sys
import threading

data = random.Random(1).randbytes(10 << 20)
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
peer.settimeout(60)
threading.Thread(target=lambda: (peer.sendall(data),
                                 peer.shutdown(socket.SHUT_WR))).start()
digest = hashlib.sha256()
while chunk := peer.recv(65536):
    digest.update(chunk)
sys.exit(digest.digest() != hashlib.sha256(data).digest())
CLIENT
}

check "hello" greets_both

tools/wine/wine.sh out/bin/examples/echo_server.exe >"$work/said" 2>&1 &
server=$!
for _ in $(seq 300); do
    grep -q listening "$work/said" && break
    sleep 0.1
done
address=$(tr -d '\r' <"$work/said" | sed -n 's/^listening on //p')
check "echo_server listens" [ -n "$address" ]
check "10 MiB come back" sends_back "${address%:*}" "${address##*:}"
kill "$server"
wait "$server" 2>/dev/null
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
