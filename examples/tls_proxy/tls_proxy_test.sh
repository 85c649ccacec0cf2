#!/bin/bash
# The proxy in front of echo_server: openssl s_client gets its line back, who
# does not speak TLS gets nothing, and a signal ends it gracefully.
#
#     tls_proxy_test.sh [FOLDER ECHO_SERVER]
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
testing=$(realpath "$(dirname "$0")/../../tests/testing.sh")
cd "${1:-$(dirname "$0")}" || exit 1

echo_server=${2:-../echo_server}
# shellcheck source=tests/testing.sh
. "$testing"

make_certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=proxy.example \
        -addext subjectAltName=DNS:proxy.example \
        -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null &&
        cat "$work/certificate.pem" "$work/key.pem" >"$work/both.pem"
}

# Prints a file, and ends when as much has come back into another one.
send_and_await() {
    local i
    cat "$1"
    for ((i = 0; i < 400; i++)); do
        [ "$(stat -c %s "$2")" -ge "$(stat -c %s "$1")" ] && return
        sleep 0.05
    done
}

# says VERSION: a line goes through and comes back.
says() {
    echo "hello by $1" >"$work/line"
    : >"$work/said"
    send_and_await "$work/line" "$work/said" |
        timeout 20 openssl s_client -quiet -no_ign_eof \
            -connect "127.0.0.1:$port" "-tls${1/./_}" \
            -CAfile "$work/certificate.pem" \
            -verify_hostname proxy.example -verify_return_error \
            >"$work/said" 2>"$work/said.err"
    grep -qx "hello by $1" "$work/said" && return
    cat "$work/said" "$work/said.err"
    return 1
}

# Who speaks in the clear hears nothing but the end.
refuses_plain_text() {
    local reply result
    exec 9<>"/dev/tcp/127.0.0.1/$port" || return
    printf 'plain text\n' >&9
    reply=$(timeout 10 cat <&9)
    result=$?
    exec 9>&-
    [ "$result" -eq 0 ] && [ -z "$reply" ]
}

# 500 lines of 2,000 characters, there and back.
carries_much() {
    local i
    for ((i = 0; i < 500; i++)); do printf '%02000d\n' "$i"; done >"$work/much"
    : >"$work/back"
    send_and_await "$work/much" "$work/back" |
        timeout 30 openssl s_client -quiet -no_ign_eof \
            -connect "127.0.0.1:$port" \
            >"$work/back" 2>/dev/null
    cmp "$work/much" "$work/back"
}

stops() {
    kill -INT "$pid" && wait "$pid"
}

check 'usage' bash -c './tls_proxy 2>/dev/null; [ $? -eq 2 ]'
check 'certificate' make_certificate
check 'echo_server listens' start echo "$echo_server" 127.0.0.1:0
target=127.0.0.1:$port
check 'a file that is not there is said' bash -c \
    './tls_proxy 127.0.0.1:0 "$1" /nowhere.pem 2>&1 | grep -q nowhere.pem' \
    - "$target"
check 'tls_proxy listens' \
    start proxy ./tls_proxy 127.0.0.1:0 "$target" "$work/both.pem"
check 'a line by 1.2' says 1.2
check 'a line by 1.3' says 1.3
check 'plain text is refused' refuses_plain_text
check 'a MB comes back' carries_much
check 'tls_proxy stops' stops
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
