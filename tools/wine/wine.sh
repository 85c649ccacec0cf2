#!/bin/bash
# Runs a program of Windows, with its arguments, without a screen.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u

wine=/usr/lib/wine/wine64
server=/usr/lib/wine/wineserver64

export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
export WINEPREFIX=${TRIO_WINEPREFIX:-/tmp/trio-wine-$(id -u)}
export LC_ALL=C.UTF-8 # Names of files are not ASCII alone.
unset DISPLAY

# One prefix for all, made by whoever comes first. The server stays for a while,
# which makes the next start quick; programs do not start it, and what it starts
# itself, at the same time.
(
    flock 9
    if [ ! -e "$WINEPREFIX/made" ]; then
        "$wine" wineboot -i 9>&- && "$wine" winecfg -v win10 9>&- &&
            "$server" -w 9>&- && touch "$WINEPREFIX/made"
    fi
    "$server" -p60 9>&-
    timeout 60 "$wine" cmd /c exit 9>&-
) 9>"$WINEPREFIX.lock" >/dev/null 2>&1 </dev/null

if [ -n "${TEST_TMPDIR:-}" ]; then
    export TEST_TMPDIR="Z:$TEST_TMPDIR"
fi
exec "$wine" "$@"
