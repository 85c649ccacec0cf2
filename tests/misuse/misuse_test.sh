#!/bin/bash
# Every misuse stops with the report that is written above its case, whichever
# compiler built the program and the library, optimised or not.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
ulimit -c 0
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1

cases=tests/misuse
sources=(core/*.c core/sync/*.c core/arch/*"$(uname -m)"*.S io/*.c
    io/{net,posix,linux,tls}/*.c "$cases"/*.c)
passed=0
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

build() {
    "$1" "$2" -std=c11 -g -fstack-clash-protection -D_GNU_SOURCE= -Iinclude \
        -I. "${sources[@]}" -pthread -lssl -lcrypto -o "$work/misuse"
}

# The comment above a case, without its slashes.
expected() {
    awk -v name="$1" '
        /^\/\/ / { report = report substr($0, 4) "\n"; next }
        index($0, "SIDE(" name ")") { printf "%s", report }
        { report = "" }
    ' "$cases"/*.c
}

# What it printed from the rule on, as far as it was foretold, without addresses
# and places.
reported() {
    "$work/misuse" "$1" 2>&1 >/dev/null | sed -nE '
        s/^trio: (misuse: )/\1/; s/^(  object) 0x[0-9a-f]+$/\1/
        s/^(  opened) at .+/\1/
        s/^(misuse: .+ at) [^ ]+$/\1/; /^misuse: /,$p' | head -n "$2"
    return "${PIPESTATUS[0]}"
}

stops() {
    local wanted printed status
    wanted=$(expected "$1")
    printed=$(reported "$1" "$(wc -l <<<"$wanted")")
    status=$?
    [ "$status" -eq 134 ] && [ "$printed" = "$wanted" ] && return
    echo "exits with $status (134: stopped) and says"
    echo "$printed"
    echo "but not"
    echo "$wanted"
    return 1
}

# The rules that the library's sources name.
rules() {
    cat core/*.[ch] core/sync/*.c io/*.c io/{net,posix,linux,tls}/*.c |
        tr -s ' \\\n' ' ' |
        grep -oE 'trio_misuse(_at_)?\( ?("[^"]*" ?)+' |
        sed -E 's/^[^"]*"//; s/" ?"//g; s/" ?$//'
}

while IFS= read -r rule; do
    if grep -qF "// misuse: $rule" "$cases"/*.c; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: no case of \"$rule\""
    fi
done < <(rules | sort -u)

for compiler in gcc clang; do
    for level in -O0 -O2; do
        if ! build "$compiler" "$level"; then
            failed=$((failed + 1))
            continue
        fi
        for name in $("$work/misuse"); do
            if stops "$name"; then
                passed=$((passed + 1))
            else
                failed=$((failed + 1))
                echo "FAILED: $compiler $level $name"
            fi
        done
    done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
