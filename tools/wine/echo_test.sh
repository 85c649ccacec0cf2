#!/bin/bash
# Examples run by Wine: hello greets, echo_server sends 10 MiB and udp_echo a
# datagram back to clients that are no programs of Windows.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 1

programs=(hello echo_server udp_echo)
bazel build --config=windows --noshow_progress --color=no --curses=no \
    "${programs[@]/#///examples:}" || exit 1

# shellcheck source=tests/testing.sh
. tests/testing.sh

greets_both() {
    [ "$(tools/wine/wine.sh out/bin/examples/hello.exe | tr -d '\r' | sort)" \
        = $'hello, Ada\nhello, Grace' ]
}

# Sets `port`.
serves() {
    start "$1" tools/wine/wine.sh "out/bin/examples/$1.exe" || return
    port=${port%$'\r'}
}

# Sends 10 MiB to the port and receives as much.
sends_back() {
    /usr/bin/python3 - "$1" <<'CLIENT'
import hashlib
import random
import socket
import sys
import threading

data = random.Random(1).randbytes(10 << 20)
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
peer.settimeout(60)
threading.Thread(target=lambda: (peer.sendall(data),
                                 peer.shutdown(socket.SHUT_WR))).start()
digest = hashlib.sha256()
while chunk := peer.recv(65536):
    digest.update(chunk)
sys.exit(digest.digest() != hashlib.sha256(data).digest())
CLIENT
}

# The same with a datagram.
sends_datagram_back() {
    /usr/bin/python3 - "$1" <<'CLIENT'
import socket
import sys

peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.settimeout(60)
peer.connect(("127.0.0.1", int(sys.argv[1])))
peer.send(b"ping")
sys.exit(peer.recv(1500) != b"ping")
CLIENT
}

check 'hello' greets_both

check 'echo_server listens' serves echo_server
check '10 MiB come back' sends_back "$port"
check 'udp_echo listens' serves udp_echo
check 'a datagram comes back' sends_datagram_back "$port"

{
    kill "${servers[@]}"
    wait "${servers[@]}"
} 2>/dev/null
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
