#!/bin/bash
# The examples do what their first lines say.
#
#     examples_test.sh [--no-c++] [FOLDER]
#
# The programs are in FOLDER; default: that of this file.
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
hellos=(hello hello_cc)
if [ "${1:-}" = --no-c++ ]; then
    hellos=(hello)
    shift
fi
testing=$(realpath "$(dirname "$0")/../tests/testing.sh")
cd "${1:-$(dirname "$0")}" || exit 1

# shellcheck source=tests/testing.sh
. "$testing"

# prints EXPECTED PROGRAM...: it prints exactly that and exits with 0.
prints() {
    local expected=$1 printed
    shift
    printed=$("$@") && [ "$printed" = "$expected" ] && return
    echo "$* printed:"
    echo "$printed"
    return 1
}

# Says a line to a port and expects it back; the connection stays open as
# descriptor 9.
echoes() {
    local reply
    exec 9<>"/dev/tcp/127.0.0.1/$1" || return
    printf '%s\n' "$2" >&9
    read -r -t 10 reply <&9 && [ "$reply" = "$2" ]
}

# Says a line to a port in a datagram and expects it back.
echoes_datagram() {
    local reply
    exec 8<>"/dev/udp/127.0.0.1/$1" || return
    printf '%s\n' "$2" >&8
    reply=$(timeout 10 dd bs=1500 count=1 <&8 2>/dev/null)
    exec 8>&-
    [ "$reply" = "$2" ]
}

# stops NAME PID: SIGINT ends it with status 0.
stops() {
    local status
    kill -INT "$2"
    wait "$2"
    status=$?
    [ "$status" -eq 0 ] && return
    echo "$1 exited with $status"
    cat "$work/$1.err"
    return 1
}

hello=$'hello, Ada\nhello, Grace'
for program in "${hellos[@]}"; do
    check "$program" prints "$hello" "./$program"
done

check sleep_sort prints $'0\n1\n2\n30\n40' ./sleep_sort 30 1 40 0 2
check 'sleep_sort of nothing' prints '' ./sleep_sort
check 'sleep_sort of nonsense' exits 1 ./sleep_sort 3 x
check 'sleep_sort says what was wrong' \
    grep -q 'not a number from 0 to 1000: x' "$work/err"

answers='weather: 21 (attempt 1)
traffic: 7 (attempt 3)
news: unavailable (attempt 3)
stocks: no answer (attempt 2)'
check 'fan_out in virtual time' prints "$answers" ./fan_out --virtual
check 'fan_out in real time' exits 0 ./fan_out

jobs='Mary has done job 3
Ada has done job 1
Grace has done job 2
Mary has done job 4
Grace has done job 6
Ada has done job 5
Mary has done job 7
all submitted after 50 ms
Ada has done job 9
Grace has done job 8
Mary has done job 10
Grace has done job 12
Ada has done job 11
Ada: 4 jobs
Grace: 4 jobs
Mary: 4 jobs
at most 2 jobs lay waiting'
check 'worker_pool in virtual time' prints "$jobs" ./worker_pool --virtual
check 'worker_pool in real time' exits 0 ./worker_pool
check 'worker_pool does all jobs' \
    [ "$(grep -c 'has done job' "$work/out")" -eq 12 ]

pages='page 1: 100 words
page 2: 200 words
page 3: 300 words
page 4: 400 words
11 fetched: 4 stored, 7 dropped'
check 'pipeline in virtual time' prints "$pages" ./pipeline --virtual
check 'pipeline in real time' exits 0 ./pipeline

clients='connection 1: reset
connection 2: replaced
Ada: gave up on 1
Grace: gave up on 2
Mary: gave up in the queue
Joan: answered by 1
Edith: answered by 2
2 connections idle'
check 'connection_pool in virtual time' \
    prints "$clients" ./connection_pool --virtual
check 'connection_pool in real time' exits 0 ./connection_pool
check 'connection_pool has them all back' \
    grep -q '^2 connections idle' "$work/out"

requests='  0 ms: Ada sends
  0 ms: Grace sends
  0 ms: Mary sends
 20 ms: Ada sends
 30 ms: Mary gives up
 40 ms: Grace sends
 60 ms: Ada sends
 80 ms: Grace sends
100 ms: Ada sends'
check 'rate_limiter in virtual time' prints "$requests" ./rate_limiter --virtual
check 'rate_limiter in real time' exits 0 ./rate_limiter

check 'echo_server refuses a name' exits 1 ./echo_server localhost
check 'port_forwarder wants two addresses' exits 2 ./port_forwarder here

check 'echo_server listens' start echo ./echo_server
echo_pid=$pid
echo_port=$port
check 'port_forwarder listens' \
    start forwarder ./port_forwarder 127.0.0.1:0 "127.0.0.1:$echo_port"
forwarder_pid=$pid
forwarder_port=$port
check 'a line goes through both and back' echoes "$forwarder_port" 'ping'
kill -USR1 "$forwarder_pid"
check 'SIGUSR1 prints the tasks' \
    wait_for 'task [0-9]+ "response": waits' "$work/forwarder.err"
exec 9>&-
check 'port_forwarder stops' stops forwarder "$forwarder_pid"
check 'echo_server stops' stops echo "$echo_pid"

check 'udp_echo listens' start udp ./udp_echo
check 'a datagram comes back' echoes_datagram "$port" 'ping'
check 'udp_echo stops' stops udp "$pid"
check 'udp_echo has counted' grep -q '^1 echoed, 0 dropped' "$work/udp.out"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
