#!/bin/bash
# The append-only log on a real disk: killed and started anew, torn, full.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../tests/testing.sh

log=$work/log

# answers EXPECTED ARGUMENT...: that is what redis-cli prints for them.
answers() {
    local expected=$1 printed
    shift
    printed=$(timeout 20 redis-cli -p "$port" "$@" 2>&1)
    [ "$printed" = "$expected" ] && return
    echo "redis-cli $* printed:"
    echo "$printed"
    return 1
}

# serves POLICY
serves() {
    start kv ./kv_server 127.0.0.1:0 --append-only "$log" --fsync "$1"
}

# Only `always` has written what it has answered.
written() {
    local tries=0

    until timeout 20 redis-cli -p "$port" info persistence |
        grep -q '^aof_buffer_length:0'; do
        [ $((tries += 1)) -lt 1000 ] || return 1
        sleep 0.01
    done
}

killed() {
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
    true
}

for policy in always everysec no; do
    rm -f "$log"
    check "it starts with $policy" serves $policy
    check 'SET' answers OK set name Ada
    check 'INCR' answers 1 incr count
    check 'INCR again' answers 2 incr count
    check 'DEL' answers 1 del name
    check 'SET with more' answers OK set late 1 ex 100
    check 'it is written' written
    killed
    check "it starts again with $policy" serves $policy
    check 'what was changed is there' answers 2 get count
    check 'what was removed is not' answers '' get name
    check 'what expires does' answers 100 ttl late
    check 'it goes on' answers 3 incr count
    check 'that is written' written
    killed
done

check 'it starts to be asked' serves always
informs() {
    answers "$(printf "%s\r\n" "# Persistence" aof_enabled:1 \
        aof_last_write_status:"$1" aof_current_size:"$(stat -c %s "$log")" \
        aof_buffer_length:"$2" aof_synced_size:"$(stat -c %s "$log")" "")" \
        info persistence
}
check 'INFO' informs ok 0
killed

# What a power failure may leave.
printf '*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$9\r\nnot all' >>"$log"
check 'it starts with a torn log' serves always
check 'it says what it cut off' \
    wait_for 'log: its last 31 bytes were not whole: cut off' "$work/kv.err"
check 'what is whole is there' answers 3 get count
check 'what is not is not' answers '' get x
check 'it goes on after that' answers 4 incr count
stopped() {
    kill -TERM "$pid"
    wait "$pid"
}
check 'it stops' stopped
check 'the rest is there' serves always
check 'all of it' answers 4 get count
check 'nothing was cut off' test ! -s "$work/kv.err"
killed

# A log that grows beyond what a file may have.
full() {
    ulimit -f "$(($(stat -c %s "$log") / 1024 + 2))"
    serves always
}
check 'it starts where there is little room' full
large() {
    head -c 4000 /dev/zero | tr '\0' x |
        timeout 20 redis-cli -p "$port" -x set large >"$work/large" 2>&1
    ! grep -q OK "$work/large"
}
check 'what could not be logged is not acknowledged' large
check 'changes are refused then' \
    answers 'MISCONF Errors writing to the AOF file: no space left' incr count
check 'reading goes on' answers 4 get count
killed

printf '*1\r\n$4\r\nPING\r\n' >"$log"
refused() {
    exits 1 ./kv_server 127.0.0.1:0 --append-only "$log" &&
        grep -q "the log's 'PING' cannot be executed" "$work/err"
}
check 'a log that makes no sense is refused' refused
check 'and left as it is' test "$(stat -c %s "$log")" -eq 14
check 'a policy that is none' exits 2 ./kv_server --fsync maybe

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
