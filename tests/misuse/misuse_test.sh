#!/bin/bash
# Every misuse stops with the report that is written above its case, whichever
# compiler built the program and the library, optimised or not.
#
#     tests/misuse/misuse_test.sh [PROGRAM]
#
# With a program of the cases it tries only that one, and builds none.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
given=${1:+$(readlink -f "$1")}
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
        -I. "${sources[@]}" -pthread -lssl -lcrypto -o "$program"
}

# The comment above a case, without its slashes.
expected() {
    awk -v name="$1" '
        /^\/\/ / { report = report substr($0, 4) "\n"; next }
        index($0, "SIDE(" name ")") { printf "%s", report }
        { report = "" }
    ' "$cases"/*.c
}

# What it printed from the rule on, as far as it was foretold, without
# addresses, places, lines and the functions of tasks.
reported() {
    "$program" "$1" 2>&1 >/dev/null | sed -nE '
        s/^trio: (misuse: )/\1/; s/^(  object) 0x[0-9a-f]+$/\1/
        s/^(  in task [0-9]+.*), function .+/\1/
        s/^(  opened) at .+/\1/; s/^(  asserted at .+:)[0-9]+$/\1LINE/
        s/^(  called at) .+ ([^ +]+)\+0x[0-9a-f]+$/\1 \2/
        s/^(misuse: .+ at) .+$/\1/; /^misuse: /,$p' | head -n "$2"
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
        grep -oE "trio_misuse(_at_|_by_)?\\( ?(\\w+, )?(\"[^\"]*\" ?)+" |
        sed -E 's/^[^"]*"//; s/" ?"//g; s/" ?$//'
}

count() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $2"
    fi
}

# try_all WHAT: every case of the program.
try_all() {
    local name
    for name in $("$program"); do
        stops "$name"
        count $? "$1 $name"
    done
}

has_cases() {
    local rule
    while IFS= read -r rule; do
        grep -qE "// misuse: (trio_[a-z_]+ )?$rule" "$cases"/*.c
        count $? "no case of \"$rule\""
    done < <(rules | sort -u)
}

try_builds() {
    local compiler level
    program=$work/misuse
    for compiler in gcc clang; do
        for level in -O0 -O2; do
            if build "$compiler" "$level"; then
                try_all "$compiler $level"
            else
                failed=$((failed + 1))
            fi
        done
    done
}

if [ -n "$given" ]; then
    program=$given
    try_all "$1"
else
    has_cases
    try_builds
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
