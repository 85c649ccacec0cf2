#!/bin/bash
# TLS against programs that are not ours: openssl s_client, s_server, and curl,
# with versions 1.2 and 1.3, and with certificates that openssl made.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../testing.sh

# ---- Certificates ----

# issue NAME ISSUER OPTION...: NAME.pem has certificate and key.
issue() {
    local name=$1 issuer=$2 sign=()
    shift 2
    [ "$issuer" = self ] || sign=(-CA "$issuer.pem" -CAkey "$issuer.pem")
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$name" \
        -keyout "$name.key" -out "$name.crt" "${sign[@]}" \
        "$@" 2>>"$work/openssl.err" &&
        cat "$name.crt" "$name.key" >"$name.pem"
}

make_certificates() {
    issue authority self &&
        issue stranger self &&
        issue server.example authority \
            -addext "subjectAltName=DNS:server.example,IP:127.0.0.1" &&
        issue client.example authority -addext extendedKeyUsage=clientAuth &&
        issue odd.example authority -addext subjectAltName=DNS:server.example \
            -addext extendedKeyUsage=clientAuth &&
        issue lonely.example self -addext subjectAltName=DNS:server.example &&
        issue far.example stranger -addext subjectAltName=DNS:server.example
}

# ---- Our server ----

# serve ARGUMENT...: sets `port`.
serve() {
    : >"$work/serve.out" # Or the last one's port would be found.
    ./peer serve "$@" >"$work/serve.out" 2>&1 &
    servers+=("$!")
    disown
    wait_for '^listening on ' "$work/serve.out" || return
    port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$work/serve.out")
}

# client VERSION OPTION...: what openssl s_client prints when it says `hello`.
client() {
    local version=$1
    shift
    { echo hello; sleep 0.5; } |
        timeout 20 openssl s_client -connect "127.0.0.1:$port" \
            "-tls${version/./_}" -servername server.example \
            -verify_hostname server.example \
            -CAfile "$work/authority.crt" -verify_return_error "$@" 2>&1
}

s_client_is_answered() {
    client "$1" >"$work/out"
    grep -qx hello "$work/out" &&
        grep -q "Verification: OK" "$work/out" &&
        grep -q "New, TLSv$1" "$work/out" && return
    cat "$work/out"
    return 1
}

s_client_resumes() {
    client "$1" -sess_out "$work/ticket" >/dev/null
    client "$1" -sess_in "$work/ticket" >"$work/out"
    grep -q "Reused, TLSv$1" "$work/out" && grep -qx hello "$work/out" && return
    cat "$work/out"
    return 1
}

s_client_cannot_renegotiate() {
    { echo R; sleep 2; } |
        timeout 10 openssl s_client -connect "127.0.0.1:$port" -tls1_2 \
            >"$work/out" 2>&1
    grep -q "no renegotiation" "$work/out" && return
    cat "$work/out"
    return 1
}

# curl_gets PORT OPTION...
curl_gets() {
    local to=$1
    shift
    [ "$(curl -sS --max-time 20 --cacert "$work/authority.crt" \
        --resolve "server.example:$to:127.0.0.1" "$@" \
        "https://server.example:$to/")" = hello ]
}

check_our_server() {
    local version
    for version in 1.2 1.3; do
        check "serve $version" serve "$work/server.example.pem" "$version"
        check "s_client $version" s_client_is_answered "$version"
        check "s_client $version, resumed" s_client_resumes "$version"
        check "curl $version" curl_gets "$port" "--tlsv$version"
        check "a probe that only connects" \
            bash -c "exec 9<>/dev/tcp/127.0.0.1/$port"
        check "curl $version again" curl_gets "$port" "--tlsv$version"
        [ "$version" = 1.3 ] ||
            check "no renegotiation" s_client_cannot_renegotiate
    done
    check "serve with client certificates" serve "$work/server.example.pem" \
        any "$work/authority.crt"
    check "curl with one" curl_gets "$port" --cert "$work/client.example.pem"
    check "curl without" bash -c '! "$@" 2>/dev/null' - \
        curl -sS --max-time 20 --cacert "$work/authority.crt" \
        --resolve "server.example:$port:127.0.0.1" \
        "https://server.example:$port/"
    check "which is said" wait_for \
        '^TRIO_EUNTRUSTED: TLS with a client: peer did not return a certific' \
        "$work/serve.out"
}

# ---- Their server ----

# s_server CERTIFICATE OPTION...: sets `port` and `pid`.
s_server() {
    local certificate=$1
    shift
    : >"$work/s_server.out"
    # It ends with its input.
    openssl s_server -accept 127.0.0.1:0 -cert "$work/$certificate.pem" \
        -key "$work/$certificate.pem" "$@" \
        < <(sleep 600) >"$work/s_server.out" 2>&1 &
    pid=$!
    servers+=("$pid")
    disown
    wait_for '^ACCEPT ' "$work/s_server.out" || return
    port=$(sed -n 's/^ACCEPT 127\.0\.0\.1://p' "$work/s_server.out" | head -n 1)
}

# ask_says EXPECTED HOST VERSION [CERTIFICATE]: ask prints exactly that.
ask_says() {
    local expected=$1 host=$2 version=$3 said
    shift 3
    said=$(timeout 20 ./peer ask "$host" "$port" "$work/authority.crt" \
        "$version" "$@" 2>/dev/null)
    [ "$said" = "$expected" ] && return
    echo "ask $host $version said:"
    echo "$said"
    return 1
}

# refused CERTIFICATE HOST REASON
check_refused() {
    check "s_server of $1" s_server "$1" -rev
    check "$1 is refused" ask_says "TRIO_EUNTRUSTED: TLS with $2: $3" "$2" any
    kill "$pid"
}

check_their_server() {
    local version
    for version in 1.2 1.3; do
        check "s_server $version" s_server server.example -rev \
            "-tls${version/./_}"
        check "ask $version" ask_says \
            "gnip TLSv$version
gnip TLSv$version resumed" server.example "$version"
        kill "$pid"
    done
    check "s_server with client certificates" s_server server.example -rev \
        -Verify 1 -CAfile "$work/authority.crt" -verify_return_error
    check "ask with one" ask_says "gnip TLSv1.3
gnip TLSv1.3 resumed" server.example any "$work/client.example.pem"
    kill "$pid"
    check_refused server.example other.example "hostname mismatch"
    check_refused lonely.example server.example "self-signed certificate"
    check_refused odd.example server.example "unsuitable certificate purpose"
    check_refused far.example server.example \
        "unable to get local issuer certificate"
}

# It says nothing by itself, so ask waits, until nobody is there any more.
check_truncation() {
    local version
    for version in 1.2 1.3; do
        check "s_server $version" s_server server.example \
            "-tls${version/./_}"
        timeout 20 ./peer ask server.example "$port" "$work/authority.crt" \
            any >"$work/ask.out" 2>/dev/null &
        disown
        check "is asked" wait_for '^ping' "$work/s_server.out"
        kill -9 "$pid"
        check "cut off with $version" wait_for "^TRIO_EBROKEN: TLS with \
server.example: ended without close_notify" "$work/ask.out"
    done
}

make_certificates_there() {
    (cd "$work" && make_certificates)
}

check "certificates" make_certificates_there || cat "$work/openssl.err"
check_our_server
check_their_server
check_truncation
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
