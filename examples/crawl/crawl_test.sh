#!/bin/bash
# Sites of a server that does its worst.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../tests/testing.sh

# says PATTERN...: each was printed by the last program.
says() {
    local pattern
    for pattern; do
        grep -Eq -- "$pattern" "$work/out" && continue
        echo "no \"$pattern\" in:"
        cat "$work/out"
        return 1
    done
}

check 'usage: no URL' exits 2 ./crawl
check 'usage: no page' exits 2 ./crawl --pages 0 http://a
check 'usage: too many pages' exits 2 ./crawl --pages 1001 http://a
check 'no URL' exits 1 ./crawl ftp://example.org/

check 'a server listens' start server ../http/server.py
server=127.0.0.1:$port

check 'a site' exits 0 ./crawl "http://$server/site/0"
check 'all of it' says '^done: 31 pages read, 0 failed, 0 not read, 0 links'
check 'each once' [ -z "$(sed -n 's:.* /site/:/site/:p' "$work/out" |
    sort | uniq -d)" ]

check 'a part of a site' exits 0 ./crawl --pages 5 "http://$server/site/0"
check 'as much as asked for' says '^done: 5 pages read.* [1-9][0-9]* links left'

check 'a site with bad pages' exits 0 ./crawl "http://$server/bad-site"
check 'what became of each' says '^200 .* /site/1$' '^404 .* /gone  404 Not' \
    '^200 .* /flaky$' '^503 .* /busy  503 Busy$' '^done: .* 2 failed, 0 not'

check 'no server' exits 0 ./crawl http://127.0.0.1:1/
check 'which is told' says '^  0 .* /  connect 127.0.0.1:1$' ' 2 attempts again'

check 'the limit of an attempt' exits 0 ./crawl --limit 1 \
    "http://$server/hangs-html"
check 'which is told' says '/hangs-html  a deadline passed$' ' 1 failed'

# Ctrl-C, once the other page has been read: no page is ever told of before the
# end, so the server says when that was.
env --default-signal=INT ./crawl "http://$server/hanging-site" \
    >"$work/out" 2>"$work/err" &
crawl=$!
servers+=("$crawl")
check 'it hangs' wait_for '^hangs$' "$work/server.err"
sleep 1
kill -INT "$crawl"
wait "$crawl"
check 'Ctrl-C ends it' [ $? -eq 130 ]
check 'what was done is told' says '^200 .* /hanging-site$' '^200 .* /length$' \
    ' /hangs-html  cancelled' '^interrupted: 2 pages read, 0 failed, 1 not read'
check 'nothing else is said' [ ! -s "$work/err" ]

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
