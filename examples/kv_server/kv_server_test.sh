#!/bin/bash
# The server as its clients see it: redis-cli over TCP, and what is no client
# of Redis.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

# shellcheck source=tests/testing.sh
. ../../tests/testing.sh

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

./kv_server 127.0.0.1:0 --clients=4 --output=200000 \
    >"$work/out" 2>"$work/err" &
server=$!
servers+=("$server")
check 'it listens' wait_for '^listening on ' "$work/out"
port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$work/out")

check 'PING' answers PONG ping
check 'SET' answers OK set name Ada
check 'GET' answers Ada get name
check 'INCR' answers 1 incr count
check 'MGET' answers $'Ada\n1' mget name count
check 'EXPIRE' answers 1 expire name 100
check 'TTL' answers 100 ttl name
check 'SCAN' answers $'0\nname' scan 0 match 'n*' count 100
check 'CONFIG GET' answers $'maxclients\n4' config get maxclients
check 'INFO' answers $'# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\n\r' \
    info keyspace
# What redis-cli shows every second, from INFO: keys, memory, clients, blocked.
stat_line() {
    timeout 2 stdbuf -oL redis-cli -p "$port" --stat >"$work/stat" 2>&1
    grep -Eq '^2 +[0-9]+B +1 +0 +[0-9]+ ' "$work/stat" && return
    cat "$work/stat"
    return 1
}
check 'redis-cli --stat' stat_line
check 'an error' answers "ERR unknown command 'nope'" nope

# A megabyte through a pipeline, counted by redis-cli itself.
for ((i = 0; i < 20000; i++)); do
    printf 'SET key:%d some-value-or-other-%d\r\n' "$i" "$i"
done >"$work/pipe"
piped() {
    timeout 20 redis-cli -p "$port" --pipe <"$work/pipe" >"$work/piped" 2>&1
    grep -q 'errors: 0, replies: 20000' "$work/piped" && return
    cat "$work/piped"
    return 1
}
check 'a pipeline' piped
check 'all of it is there' answers some-value-or-other-19999 get key:19999
scanned() {
    timeout 20 redis-cli -p "$port" --scan --pattern 'key:*' | sort -u |
        wc -l | grep -qx 20000
}
check 'a scan finds all' scanned

# A subscriber gets what others publish.
redis-cli -p "$port" subscribe news >"$work/news" 2>&1 &
servers+=($!)
check 'SUBSCRIBE' wait_for '^subscribe$' "$work/news"
check 'PUBLISH' answers 1 publish news hello
check 'the message' wait_for '^hello$' "$work/news"

# One that stopped reading is dropped, and nobody has to wait for it.
kill -STOP "${servers[1]}"
flood() {
    local i payload
    payload=$(head -c 50000 /dev/zero | tr '\0' x)
    for ((i = 0; i < 1000; i++)); do
        printf 'PUBLISH news %s\r\n' "$payload"
    done | timeout 30 redis-cli -p "$port" --pipe >"$work/flood" 2>&1
    redis-cli -p "$port" info >"$work/info"
    grep -q 'limit_disconnections:1' "$work/info" && return
    cat "$work/flood" "$work/info"
    return 1
}
check 'a slow subscriber is dropped' flood

# What is no request is refused.
refused() {
    local line
    exec 9<>"/dev/tcp/127.0.0.1/$port" || return
    printf '*1\r\n$-5\r\n' >&9
    IFS= read -r -t 10 line <&9
    [ "$line" = $'-ERR Protocol error: invalid bulk length\r' ] &&
        ! read -r -t 10 line <&9
}
check 'a protocol error' refused
exec 9>&-

too_many() {
    local line
    exec 5<>"/dev/tcp/127.0.0.1/$port" 6<>"/dev/tcp/127.0.0.1/$port" \
        7<>"/dev/tcp/127.0.0.1/$port" 8<>"/dev/tcp/127.0.0.1/$port" &&
        exec 9<>"/dev/tcp/127.0.0.1/$port" || return
    IFS= read -r -t 10 line <&9
    [ "$line" = $'-ERR max number of clients reached\r' ]
}
check 'one client too many' too_many

# One that follows it, in a process of its own.
exec 5>&- 6>&- 7>&- 8>&- 9>&-
./kv_server 127.0.0.1:0 --follow 127.0.0.1 "$port" >"$work/led" 2>&1 &
servers+=($!)
check 'a follower listens' wait_for '^listening on ' "$work/led"
led_port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$work/led")
waited() {
    printf 'INCR count\r\nWAIT 1 10000\r\n' >"$work/wait"
    timeout 20 redis-cli -p "$port" <"$work/wait" >"$work/waited" 2>&1
    [ "$(tail -n 1 "$work/waited")" = 1 ] && return
    cat "$work/waited" "$work/led"
    return 1
}
check 'WAIT' waited
led_answers() {
    local port=$led_port
    answers "$@"
}
check 'the follower has it' led_answers 2 get count
check 'and all else' led_answers some-value-or-other-19999 get key:19999
check 'it refuses changes' led_answers \
    "READONLY You can't write against a read only replica." incr count
follows() {
    redis-cli -p "$led_port" info replication >"$work/role"
    grep -q 'master_link_status:up' "$work/role" && return
    cat "$work/role"
    return 1
}
check 'INFO replication' follows

kill -USR1 "$server"
check 'SIGUSR1 prints the tasks' \
    wait_for 'task [0-9]+ "connection": waits' "$work/err"

stops() {
    local status
    kill -TERM "$server"
    wait "$server"
    status=$?
    [ "$status" -eq 0 ] && grep -q '^served ' "$work/out" && return
    echo "exited with $status"
    cat "$work/out" "$work/err"
    return 1
}
check 'SIGTERM stops it, connections or not' stops

usage() {
    ./kv_server "$1" 2>/dev/null
    [ $? -eq 2 ]
}
check 'a limit of nothing' usage --clients=0
check 'no address' bash -c './kv_server localhost 2>&1 |
    grep -q "not an address"'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
