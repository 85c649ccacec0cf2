#!/bin/bash
# Runs a target so many times, the same ones each time.
#
#     campaign.sh PROGRAM RUNS CORPUS DICTIONARY
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
program=$1 runs=$2 corpus=$3 dictionary=$4
folder=${TEST_TMPDIR:-$(mktemp -d)}/corpus
mkdir -p "$folder" || exit 1

"$program" -help=1 2>&1 | grep -q libFuzzer || {
    echo "$program: built without libFuzzer; use --config=fuzz"
    exit 1
}
options=(-runs="$runs" -seed=1 -print_final_stats=1 -timeout=20
    -artifact_prefix="${TEST_UNDECLARED_OUTPUTS_DIR:-$folder}/")
[ -z "$dictionary" ] || options+=(-dict="$dictionary")
"$program" "${options[@]}" "$folder" ${corpus:+"$corpus"} 2>&1 |
    grep -Ev '^#[0-9]+.(REDUCE|NEW|RELOAD|pulse) |NEW_FUNC|# Uses: '
exit "${PIPESTATUS[0]}"
