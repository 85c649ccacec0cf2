#!/bin/bash
# What must compile does, and what must not does not, for the right reason.
#
#     good/     compiles as C11 and as C++17, with gcc and clang, at the
#               strictest settings
#     bad/      each of its `compilers:` refuses it, saying what it `expect:`s
#     headers   each compiles alone and twice, and so do the examples in its
#               comments; and all do after those of Windows
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

include=../../include
warnings=(-Wall -Wextra -Wconversion -Werror)
# What <windows.h> makes of these names.
taken=(-Dnear= -Dfar= -Dsmall=char -Dinterface=struct -DIN= -DOUT=)
strict=(-Wshadow -Wthread-safety -DTRIO_CHECK_COLORS)
passed=0
failed=0

check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
    fi
}

# compiles COMPILER OPTION... FILE: each in its language, at its strictest. A
# function and a struct of one name are a constructor hidden to g++ -Wshadow.
compiles() {
    local compiler=$1
    shift
    case $compiler in
    gcc | *-gcc) set -- -x c -std=c11 -pedantic -Wshadow "$@" ;;
    clang) set -- -x c -std=c11 -pedantic "${strict[@]}" "$@" ;;
    g++) set -- -x c++ -std=c++17 -pedantic "$@" ;;
    clang++) set -- -x c++ -std=c++17 -pedantic "${strict[@]}" "$@" ;;
    esac
    "$compiler" -S -o /dev/null -I"$include" "${warnings[@]}" "${taken[@]}" "$@"
}

compiles_alone() {
    printf '#include <trio/%s>\n#include <trio/%s>\n' "$2" "$2" |
        compiles "$1" -
}

examples_compile() {
    ./header_examples "$include/trio/$2" |
        compiles "$1" -I. -isystem ../kqueue/include \
            -D_POSIX_C_SOURCE=200809L \
            -Wno-unused -Wno-unused-parameter -Wno-shadow -Wno-conversion -
}

# is_refused COMPILER FILE EXPECTED: a diagnostic of the file says it.
is_refused() {
    local said
    if said=$(LC_ALL=C compiles "$1" "$2" 2>&1); then
        echo "$1 accepts it"
        return 1
    fi
    grep -Eq "^$2:[0-9]+:.*($3)" <<<"$said" && return
    printf '%s\n' "$said"
    return 1
}

# compile_after HEADER...: all of ours do after these, with their macros.
compile_after() {
    {
        printf '#include <%s>\n' "$@"
        (cd "$include" && printf '#include <%s>\n' trio/*.h)
    } | compiles x86_64-w64-mingw32-gcc -
}

check 'headers after <windows.h>' compile_after windows.h
check 'headers after <winsock2.h>' compile_after winsock2.h windows.h

for header in "$include"/trio/*.h; do
    name=${header##*/}
    for compiler in gcc clang g++ clang++; do
        check "$compiler <trio/$name> alone" compiles_alone "$compiler" "$name"
    done
    for compiler in gcc clang; do
        check "$compiler: examples in <trio/$name>" \
            examples_compile "$compiler" "$name"
    done
done

for file in good/*.c; do
    for compiler in gcc clang g++ clang++; do
        check "$compiler $file" compiles "$compiler" "$file"
    done
done

for file in bad/*.c; do
    expected=$(sed -n 's|^// expect: ||p' "$file")
    for compiler in $(sed -n 's|^// compilers: ||p' "$file"); do
        check "$compiler refuses $file" \
            is_refused "$compiler" "$file" "$expected"
    done
done

for file in ../../examples/*.c; do
    check "gcc $file" compiles gcc -I../.. "$file"
    check "clang $file" compiles clang -I../.. "$file"
done
for file in ../../examples/*.cc; do
    check "g++ $file" compiles g++ "$file"
    check "clang++ $file" compiles clang++ "$file"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
