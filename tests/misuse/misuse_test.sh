#!/bin/bash
# Every misuse stops with the report that is written above its case.
#
#     misuse_test.sh PROGRAM SOURCE...
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
ulimit -c 0

program=$1
shift
passed=0
failed=0

# The comment above a case, without its slashes.
expected() {
    awk -v name="$1" '
        /^\/\/ / { report = report substr($0, 4) "\n"; next }
        index($0, "SIDE(" name ")") { printf "%s", report }
        { report = "" }
    ' "${sources[@]}"
}

# What it printed from the rule on, as far as it was foretold, without addresses
# and places.
reported() {
    "$program" "$1" 2>&1 >/dev/null | sed -nE '
        s/^trio: (misuse: )/\1/; s/^(  object) 0x[0-9a-f]+$/\1/
        s/^(  opened) at .+/\1/; /^misuse: /,$p' | head -n "$2"
    return "${PIPESTATUS[0]}"
}

sources=("$@")
for name in $("$program"); do
    wanted=$(expected "$name")
    printed=$(reported "$name" "$(wc -l <<<"$wanted")")
    status=$?
    if [ "$status" -eq 134 ] && [ "$printed" = "$wanted" ]; then
        passed=$((passed + 1))
        continue
    fi
    failed=$((failed + 1))
    echo "FAILED: $name exits with $status (134: stopped) and says"
    echo "$printed"
    echo "but not"
    echo "$wanted"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
