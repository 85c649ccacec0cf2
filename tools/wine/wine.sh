#!/bin/bash
# Runs a program of Windows, with its arguments, without a screen.
#
# The system is installed once. Each program has a Wine server and a registry of
# its own, so that none ends, or waits for, what another has started.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u

wine=/usr/lib/wine/wine64
server=/usr/lib/wine/wineserver64
installed=${TRIO_WINE:-/tmp/trio-wine-$(id -u)}

export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
export LC_ALL=C.UTF-8 # Names of files are not ASCII alone.
unset DISPLAY

install() {
    export WINEPREFIX=$installed
    [ ! -e "$installed/made" ] || return 0
    "$wine" wineboot -i && "$wine" winecfg -v win10 && "$server" -w &&
        touch "$installed/made"
}
(
    flock 9
    install 9>&-
) 9>"$installed.lock" >/dev/null 2>&1 </dev/null || exit 1

WINEPREFIX=$(mktemp -d "${TEST_TMPDIR:-/tmp}/wine.XXXXXX") || exit 1
export WINEPREFIX
cp -a "$installed"/{.update-timestamp,dosdevices,*.reg} "$WINEPREFIX" &&
    ln -s "$installed/drive_c" "$WINEPREFIX/drive_c" || exit 1

if [ -n "${TEST_TMPDIR:-}" ]; then
    export TEST_TMPDIR="Z:$TEST_TMPDIR"
fi
"$wine" "$@" <&0 &
program=$!
trap 'kill "$program"' TERM INT
wait "$program"
code=$?
"$server" -k
rm -rf "$WINEPREFIX"
exit "$code"
