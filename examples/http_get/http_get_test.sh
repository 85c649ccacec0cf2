#!/bin/bash
# Pages of a server that does its worst, by TCP and by TLS.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../tests/testing.sh

# gets EXPECTED ARGUMENT...: that is printed, and nothing is wrong.
gets() {
    local expected=$1 printed
    shift
    printed=$(timeout 30 ./http_get "$@") && [ "$printed" = "$expected" ] &&
        return
    echo "http_get $* printed: $printed"
    return 1
}

# counts BYTES ARGUMENT...: so much is printed.
counts() {
    local expected=$1
    shift
    [ "$(timeout 30 ./http_get "$@" | wc -c)" -eq "$expected" ]
}

# fails WORDS ARGUMENT...: it exits with 1 and says so.
fails() {
    local words=$1
    shift
    exits 1 timeout 30 ./http_get "$@" || return
    grep -q -- "$words" "$work/err" && return
    cat "$work/err"
    return 1
}

# make_certificate FILE NAME
make_certificate() {
    openssl req -x509 -newkey ed25519 -nodes -days 2 -subj "/CN=$2" \
        -addext "subjectAltName=$2" -keyout "$work/key.pem" \
        -out "$work/$1" 2>/dev/null && cat "$work/key.pem" >>"$work/$1"
}

check 'usage: no URL' exits 2 ./http_get
check 'usage: two URLs' exits 2 ./http_get http://a http://b
check 'usage: no number' exits 2 ./http_get --limit x http://a
check 'usage: no time at all' exits 2 ./http_get --deadline 0 http://a
check 'usage: an option that is none' exits 2 ./http_get --nope http://a

check 'a server listens' start plain ../http/server.py
plain=127.0.0.1:$port

# ---- What goes well ----

check 'a body of a length' gets hello "http://$plain/length"
check 'a body in chunks' gets hello "http://$plain/chunks"
check 'a body up to the end' gets hello "http://$plain/until-end"
check 'three megabytes' counts 3000000 "http://$plain/large"
check 'three megabytes in chunks' counts 3000000 "http://$plain/large-chunks"
check 'a name' gets hello "http://localhost:$port/length"
check 'into a file' exits 0 ./http_get "http://$plain/large"
check 'all of it is there' [ "$(wc -c <"$work/out")" -eq 3000000 ]

pin=there.invalid:$port
check 'an address is given' gets hello --resolve "$pin:127.0.0.1" \
    "http://$pin/length"
check 'the one that answers is found' gets hello --resolve "$pin:127.0.0.2" \
    --resolve "$pin:[::1]" --resolve "$pin:127.0.0.1" "http://$pin/length"
check 'an address for another port' fails 'resolve there.invalid' \
    --resolve 'there.invalid:1:127.0.0.1' "http://$pin/length"
check 'no address' fails 'not HOST:PORT:ADDRESS' --resolve there.invalid:1 \
    "http://$pin/length"
check 'no address at all' fails 'not HOST:PORT:ADDRESS' \
    --resolve other:1:x "http://$pin/length"

# ---- Bad days ----

check 'no URL' fails 'not a URL of http or https: ftp' ftp://example.org/
check 'refused' fails 'connect 127.0.0.1:1 (TRIO_ECONNREFUSED' \
    http://127.0.0.1:1/
check 'an unknown name' fails 'resolve there.invalid.*TRIO_ENOENT' \
    http://there.invalid/
check 'no name' fails "label \"\" of a host's name" http://a..b/
check 'not found' fails 'the server says 404 Not Found' "http://$plain/gone"
check 'busy' fails 'the server says 503 Busy' "http://$plain/busy"
check 'cut off' fails 'ended after 5 bytes of the body (TRIO_EBROKEN' \
    "http://$plain/cut"
check 'cut off in a chunk' fails 'ended after 5 bytes of the body' \
    "http://$plain/cut-chunk"
check 'cut off in the head' fails 'ended before the answer' \
    "http://$plain/cut-head"
check 'a bad chunk' fails 'the size of a chunk is no number (TRIO_EPROTOCOL' \
    "http://$plain/bad-chunk"
check 'not HTTP' fails 'the answer is not of HTTP/1.1' "http://$plain/not-http"
check 'a long line' fails "a line of the answer's head is too long" \
    "http://$plain/long-line"
check 'many lines' fails 'head has too many lines' \
    "http://$plain/many-lines"
check 'too large' fails 'the body is longer than 1000 bytes (TRIO_EMSGSIZE' \
    --limit 1000 "http://$plain/large"
check 'what came before that is there' [ "$(wc -c <"$work/out")" -eq 1000 ]
check 'too large in chunks' fails 'the body is longer than 50000 bytes' \
    --limit 50000 "http://$plain/large-chunks"
check 'the deadline' fails 'not done within 1 s (TRIO_ETIMEDOUT' \
    --deadline 1 "http://$plain/hangs"
check 'what came before it is there' grep -q hello "$work/out"
first_bytes() {
    timeout 30 ./http_get "http://$plain/large" 2>"$work/err" |
        head -c 3 | grep -q xxx &&
        grep -q 'send to descriptor 1 (TRIO_EBROKEN' "$work/err"
}
check 'nobody reads what it prints' first_bytes

# ---- TLS ----

check 'certificates' eval 'make_certificate right.pem DNS:there.invalid &&
    make_certificate wrong.pem DNS:elsewhere.invalid'
check 'a server of TLS listens' start secure ../http/server.py \
    --tls "$work/right.pem"
pin=there.invalid:$port
trusted=(--authorities "$work/right.pem" --resolve "$pin:127.0.0.1")
check 'a page by TLS' gets hello "${trusted[@]}" "https://$pin/length"
check 'three megabytes by TLS' counts 3000000 "${trusted[@]}" \
    "https://$pin/large-chunks"
check 'cut off in TLS' fails 'TRIO_EBROKEN' "${trusted[@]}" "https://$pin/cut"
check 'by an address' fails 'TLS with 127.0.0.1: IP address mismatch' \
    --authorities "$work/right.pem" "https://127.0.0.1:$port/length"
check 'nobody trusts it' fails 'self-signed certificate (TRIO_EUNTRUSTED' \
    --resolve "$pin:127.0.0.1" "https://$pin/length"
check 'a file that is not there' fails 'nowhere.pem' \
    --authorities /nowhere.pem "https://$pin/length"
check 'a server with another name listens' start wrong ../http/server.py \
    --tls "$work/wrong.pem"
pin=there.invalid:$port
check 'another name' fails 'ostname mismatch (TRIO_EUNTRUSTED' \
    --authorities "$work/wrong.pem" --resolve "$pin:127.0.0.1" \
    "https://$pin/length"
check 'https where there is no TLS' fails 'TRIO_EPROTOCOL' \
    "https://$plain/length"
check 'http where there is TLS' fails 'TRIO_E[A-Z]*' "http://$pin/length"

# OpenSSL's own server sends files: it ends a body with the connection.
echo hello >"$work/page.txt"
openssl_port=
start_openssl() {
    local i
    for ((i = 0; i < 20; i++)); do
        openssl_port=$((20000 + RANDOM % 20000))
        (cd "$work" && exec openssl s_server -WWW -accept "$openssl_port" \
            -cert right.pem -key right.pem >openssl.out 2>&1) &
        servers+=($!)
        wait_for '^ACCEPT' "$work/openssl.out" && return
    done
    return 1
}
check 'openssl s_server listens' start_openssl
pin=there.invalid:$openssl_port
check 'a page of openssl s_server' gets hello \
    --authorities "$work/right.pem" --resolve "$pin:127.0.0.1" \
    "https://$pin/page.txt"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
