#!/bin/bash
# Builds all targets as OSS-Fuzz and ClusterFuzzLite ask for it: with $CC,
# $CFLAGS and $LIB_FUZZING_ENGINE, into $OUT, with seeds and dictionaries beside
# them. $WORK is a folder for what is needed on the way.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -eu
cd "$(dirname "$0")/.."
: "${CC:=clang}" "${CFLAGS=}" "${LIB_FUZZING_ENGINE:?}" "${OUT:?}" "${WORK:?}"
export CC CFLAGS
link=${CXX:-clang++}

fuzz/library.sh "$WORK/trio"

# compile FILE
compile() {
    # shellcheck disable=SC2086 # They are several.
    $CC $CFLAGS -fstack-clash-protection -D_GNU_SOURCE -Iinclude -I. \
        -c -o "$WORK/$(tr / - <<<"$1").o" "$1"
}

# target FILE OPTIONS OBJECT...: links it, and adds what belongs to it.
target() {
    local name options=$2
    name=$(basename "$1" .c)
    compile "$1"
    # shellcheck disable=SC2086
    $link ${CXXFLAGS-$CFLAGS} -o "$OUT/$name" "$WORK/$(tr / - <<<"$1").o" \
        "${@:3}" $LIB_FUZZING_ENGINE "@$WORK/trio/$options" \
        -l:libssl.a -l:libcrypto.a
    [ ! -d "fuzz/corpus/$name" ] ||
        python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" \
            "fuzz/corpus/$name"/*
    [ ! -f "fuzz/dictionaries/$name.dict" ] ||
        cp "fuzz/dictionaries/$name.dict" "$OUT/"
}

# What targets share, what of the examples they look at, and TLS, with an
# OpenSSL that comes along where it is needed.
shared=(fuzz/pieces.c fuzz/task.c fuzz/scope_model.c io/tls/*.c
    examples/http/{body,http,url}.c)
for file in examples/kv_server/*.c; do
    [ "$file" = examples/kv_server/main.c ] || shared+=("$file")
done
rm -f "$WORK/libshared.a"
for file in "${shared[@]}"; do
    compile "$file"
    ar rcs "$WORK/libshared.a" "$WORK/$(tr / - <<<"$file").o"
done

for file in $(grep -l '^int LLVMFuzzerTestOneInput.*[^;]$' fuzz/*.c); do
    target "$file" target "$WORK/libshared.a"
done
for file in $(grep -l '^TRIO_SCENARIO' fuzz/*.c); do
    target "$file" scenarios
done
