#!/bin/bash
# The targets build as OSS-Fuzz and ClusterFuzzLite build them, and with AFL++.
# Both engines run them from there, libFuzzer finds the canary's bug and nothing
# new about strangers, and AFL++ finds a way on for a minute.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$(realpath "$0")")/.." || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# check WORDS COMMAND...
check() {
    local words=$1
    shift
    if "$@" >"$folder/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $words"
        tail -n 40 "$folder/log"
    fi
}

# build NAME VARIABLE...
build() {
    local name=$1
    shift
    mkdir -p "$folder/$name"/{out,work}
    env "$@" OUT="$folder/$name/out" WORK="$folder/$name/work" fuzz/build.sh
}

# Each one gets its seeds from the archive beside it.
runs() {
    local target=$1 seeds=$folder/seeds
    rm -rf "$seeds"
    mkdir "$seeds"
    [ ! -f "${target}_seed_corpus.zip" ] ||
        python3 -m zipfile -e "${target}_seed_corpus.zip" "$seeds"
    "$target" -runs=1000 -seed=1 "$seeds"
}

finds() {
    ! (cd "$folder" && "$1" -runs=5000 -seed=2) >"$folder/found" 2>&1 &&
        grep -e '--replay=' "$folder/found"
}

# Whoever comes first: it is all the same to those who share nothing.
has_no_news() {
    "$1" -runs=2000 -seed=1 2>&1 | tee "$folder/news"
    grep -q 'DONE .* corp: 1/' "$folder/news"
}

# features PROGRAM OPTION...: prints how many things production shows.
features() {
    "$@" -runs=0 2>&1 | sed -n 's/.*INITED .* ft: \([0-9]*\) .*/\1/p'
}

counts_hand_offs() {
    [ "$(features "$1")" -gt "$(features "$1" --no-hand-offs)" ]
}

goes_on_for_a_minute() {
    mkdir -p "$folder/seeds"
    AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        afl-fuzz -V 60 -i fuzz/corpus/kv_protocol \
        -x fuzz/dictionaries/kv_protocol.dict -o "$folder/afl/found" \
        "$folder/afl/out/kv_protocol" || return 1
    grep -E '^(execs_done|saved_crashes|edges_found|corpus_count) ' \
        "$folder/afl/found/default/fuzzer_stats" | tee "$folder/stats"
    grep -qE '^saved_crashes +: 0$' "$folder/stats" &&
        grep -qE '^execs_done +: [0-9]{4,}$' "$folder/stats"
}

check 'build.sh as OSS-Fuzz calls it' build oss CC=clang CXX=clang++ \
    CFLAGS='-O1 -gline-tables-only -fsanitize=address,fuzzer-no-link' \
    LIB_FUZZING_ENGINE=-fsanitize=fuzzer
targets=0
for target in "$folder"/oss/out/*; do
    name=${target##*/}
    case $name in
    *.zip | *.dict) ;;
    *canary) check "$name is found" finds "$target" ;;
    strangers)
        check "$name have no news" has_no_news "$target"
        check 'hand-offs count' counts_hand_offs "$target"
        ;;
    *)
        targets=$((targets + 1))
        check "$name runs" runs "$target"
        ;;
    esac
done
check 'there are targets' test "$targets" -ge 8

check 'build.sh with AFL++' build afl AFL_QUIET=1 CC=afl-clang-fast \
    CXX=afl-clang-fast++ CFLAGS='-g -O1' \
    LIB_FUZZING_ENGINE=/usr/lib/afl/libAFLDriver.a
check 'AFL++ goes on for a minute' goes_on_for_a_minute
cat "$folder/stats"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
