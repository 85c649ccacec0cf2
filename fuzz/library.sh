#!/bin/bash
# Builds what a fuzzer needs of the library, for programs outside of this tree.
#
#     fuzz/library.sh FOLDER [target | scenarios]
#
# FOLDER then has `include/`, archives, and files of linker options, both or the
# one that is named:
#
#     @FOLDER/target     for a program with LLVMFuzzerTestOneInput
#     @FOLDER/scenarios  for one of scenarios: their schedules are fuzzed
#
# The compiler is $CC (clang) with $CFLAGS, by default those for libFuzzer with
# AddressSanitizer. Lines of the library are no coverage of a schedule: each has
# it go through the simulation on a new path.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -eu
folder=$(mkdir -p "$1" && realpath "$1")
kinds=${2:-target scenarios}
cd "$(dirname "$0")/.."
export CC=${CC:-clang}
export CFLAGS=${CFLAGS--g -O1 -fno-omit-frame-pointer
    -fsanitize=address,fuzzer-no-link -fno-sanitize-coverage=stack-depth}

export more=

# compile FILE FOLDER
compile() {
    # shellcheck disable=SC2086 # They are several.
    $CC $CFLAGS $more -fstack-clash-protection -D_GNU_SOURCE -Iinclude -I. \
        -c -o "$2/$(tr / - <<<"$1").o" "$1"
}
export -f compile

# archive NAME FILE...
archive() {
    local objects=$folder/$1.objects name=$1
    shift
    mkdir -p "$objects"
    printf '%s\n' "$@" |
        xargs -P "$(nproc)" -I{} bash -c "compile {} '$objects'"
    rm -f "$folder/lib$name.a"
    ar rcs "$folder/lib$name.a" "$objects"/*.o
    rm -r "$objects"
}

case $(uname -m) in
aarch64) switch=(core/arch/*aarch64*.S) ;;
*) switch=(core/arch/*x86_64*.S) ;;
esac
runner=()
for file in sim/runner/*.c sim/runner/posix/*.c; do
    [ "$file" = sim/runner/main.c ] || runner+=("$file")
done

mkdir -p "$folder/include"
cp -r include/trio "$folder/include/"
library=(core/*.c core/sync/*.c "${switch[@]}" io/*.c io/{net,posix,linux}/*.c
    sim/*.c sim/{files,history,kernel,net,search,strategy}/*.c)

if [[ $kinds == *target* ]]; then
    archive trio "${library[@]}"
    echo "$folder/libtrio.a -lm -pthread" >"$folder/target"
fi
if [[ $kinds == *scenarios* ]]; then
    more=-fno-sanitize=fuzzer-no-link
    archive trio_plain "${library[@]}"
    archive trio_fuzz "${runner[@]}" fuzz/main/*.c
    {
        cat sim/runner/guards.ld
        echo "-Wl,--whole-archive $folder/libtrio_fuzz.a"
        echo "-Wl,--no-whole-archive $folder/libtrio_plain.a -lm -pthread"
    } >"$folder/scenarios"
fi
