#!/bin/bash
# Unusual ends: whatever a scenario does, its program says what it was, how to
# have it again, and goes on with the others. Run by hand with a program of
# tests/runner/unusual.c, and that.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
ulimit -c 0
export ASAN_OPTIONS=detect_leaks=0 # Or it finds them, too.

program=${1:?a program of tests/runner/unusual.c}
source=${2:?tests/runner/unusual.c}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset "${!TEST_@}" "${!TESTBRIDGE_@}" XML_OUTPUT_FILE

source "${0%/*}/checks.sh"

# It says what failed, and has a token that does it again.
fails() {
    local name=$1 text=$2
    shift 2
    run 1 --test "$name" --test works "$@" &&
        says '^works +PASSED' &&
        ends_with '1 passed, 1 failed' &&
        is_replayed "$name" "$text"
}
# What it says of a failure, and the token of that.
is_replayed() {
    local name=$1 text=$2 token
    says "^$name failed: $text" || return
    token=$(sed -nE 's/^  token +//p' "$work/out")
    [ -n "$token" ] && run 1 --test "$name" --replay "$token" &&
        says "^$name failed: $text"
}

at='unusual.c:[0-9]+$'

# ---- The end of the process ----

check 'exit' fails calls_exit 'exit called at '"$at"
line=$(grep -n 'exit(0)' "$source" | head -n 1)
check 'with the place' says "unusual.c:${line%%:*}\$"
check '_exit' fails calls_underscore_exit '_exit called at '"$at"
check 'quick_exit' fails calls_quick_exit 'quick_exit called at '"$at"
check 'exit in one schedule' fails exits_if_first 'exit called at '"$at"
check 'that is one deviation' says '^    1\. task at start, .* -> task#2 first'

# ---- The real world ----

check 'the environment' fails asks_for_the_environment \
    'the real environment leaked in: getenv called at unusual.c:'

# ---- Prints ----

check 'what is printed' run 0 --test prints
check 'is held back' says_not 'to be|question'
check 'but not without other processes' run 0 --test prints --jobs 0
check 'which print as they go' says '^to be or not to be$'
# Each line once, in its place.
prints() {
    [ "$(grep -c 'to be or not to be' "$work/out")" -eq 1 ] &&
        says '^  It prints$' && says '^    to be or not to be$'
}
check 'of what fails' run 1 --test prints_and_fails
check 'it is shown' prints
check 'with all of it' says '^    that is the question$'
check 'up to there' says_not 'sleep'
check 'also of a crash' fails prints_and_crashes 'crashed: SIGBUS at '"$at"
check 'and of its replay' prints

# ---- Files ----

check 'a file' fails reads_a_file \
    'the real file /dev/null leaked in: fopen called at '"$at"
check 'that is the scenario'"'"'s' run 0 --test reads_its_file
check 'or in a folder of its' run 0 --test reads_a_file_in_a_folder
check 'a pipe that stays open' fails forgets_a_pipe \
    'not closed: a descriptor of pipe, made at '"$at"
line=$(grep -n 'if (pipe(ends)' "$source" | head -n 1)
check 'with the place' says "unusual.c:${line%%:*}\$"
check 'a file' fails forgets_a_file 'not closed: a descriptor of open, made at '
check 'a copy' fails forgets_a_copy 'not closed: a descriptor of dup, made at '

# ---- Memory ----

check 'malloc without free' fails forgets_memory \
    'not freed: 100 bytes, allocated at '"$at"
line=$(grep -n 'malloc(100)' "$source" | head -n 1)
check 'with the place' says "unusual.c:${line%%:*}\$"
check 'calloc' fails forgets_calloc 'not freed: 15 bytes, allocated at '"$at"
check 'aligned_alloc' fails forgets_aligned_alloc 'not freed: 128 bytes, '
check 'strdup' fails forgets_strdup 'not freed: 10 bytes, '
check 'realloc' fails forgets_realloc 'not freed: 7 bytes, '
check 'reallocarray' fails forgets_reallocarray 'not freed: 14 bytes, '
check 'after a cancellation' fails forgets_when_cancelled 'not freed: 10 bytes'
check 'with the place wherever it is told' says_not '\(\+0x'
check 'what is kept on purpose is in order' run 0 --test keeps_memory
check 'malloc fails' fails forgets_when_out_of_memory \
    'not freed: 10 bytes, allocated at '"$at"
line=$(grep -n 'NULL : malloc(20)' "$source" | head -n 1)
check 'each of its calls' says '^    1\. main, malloc no\. 2 -> fails$'
check 'with the place' says "^       called at unusual.c:${line%%:*}\$"
check 'and all that are like it' fails trusts_in_memory \
    'crashed: (SIGSEGV at '"$at"'|a sanitizer)'
check 'by name' says '^    1\. main, aligned_alloc no\. 4 -> fails$'
check 'also if it fails by chance' fails trusts_in_memory \
    'crashed: (SIGSEGV at '"$at"'|a sanitizer)' --failure-sweep=off --faults=on
check 'by name, too' says '^    1\. main, [a-z_]+ no\. [0-9] -> fails$'
check 'it need not' run 0 --test trusts_in_memory --malloc-failures=off
check 'nor by chance' run 0 --test trusts_in_memory --malloc-failures=off \
    --faults=on
check 'nor for a scenario' run 0 --test trusts_in_memory_with_reason

# ---- Crashes ----

check 'SIGFPE' fails divides_by_zero 'crashed: SIGFPE at '"$at"
line=$(grep -n 'raise(SIGFPE)' "$source" | head -n 1)
check 'with the place' says "unusual.c:${line%%:*}\$"
check 'abort' fails aborts 'crashed: SIGABRT at '"$at"
check 'a crash ends the first run' run 1 --test aborts
check 'which counts' says '^aborts +FAILED  1 runs'
check 'SIGSEGV in one schedule' fails crashes_if_first \
    'crashed: (SIGSEGV at '"$at"'|a sanitizer)'
check 'has one deviation' run 1 --test crashes_if_first
check 'which is said' says '^ +1\. maker at start, 1st time -> user first'
check 'and was shrunk to' says '^  shrunk   from [0-9]+ to 1 deviations'
check 'with the last step' says '^ +[0-9]+ .* reads'
check 'and those before' says 'starts maker'
check 'a crash after many runs' run 0 --test crashes_late --runs 1000
check 'is found with time to spend' run 1 --test crashes_late --seconds 600
check 'which counts what it did' says '^crashes_late +FAILED  [0-9]{4,} runs'
check 'and has a token' is_replayed crashes_late 'crashed: SIGFPE at '"$at"
# has_command PATTERN OPTION...: that repeats the campaign, for want of a token.
has_command() {
    local pattern=$1 command
    shift
    bash -c '"$@"' - "$program" --test crashes_late --jobs 0 --seconds 600 \
        "$@" >"$work/out" 2>&1
    command=$(sed -nE 's/^  replay +//p' "$work/out")
    [[ $command == *$pattern ]] || return
    bash -c "$command" >"$work/out" 2>&1
    says '^crashes_late failed: crashed: SIGFPE'
}
check 'and has a command without a token' has_command ' --seed 0 --runs 50000'
off='--cancel-sweep=off --time-sweep=off --failure-sweep=off'
check 'also of a later campaign' has_command "--runs 100 $off" --runs 100
check 'a crash after many decisions' \
    run 1 --test crashes_far_on --strategy random --runs 50
check 'takes few' says '^  shrunk   from 9[0-9]{2} to [0-9] deviations'
check 'and has a token' is_replayed crashes_far_on 'crashed: SIGFPE at '"$at"
check 'a crash after a long step' run 1 --test crashes_after_long_step \
    --failure-sweep=off --shrink=off
check 'is no step without end' says '^crashes_after_long_step failed: crashed'
check 'and has a token, too' says '^  token '
check 'a stack overflow' fails recurses '.*'

# ---- Runs without end ----

# capped NAME TEXT: is neither passed nor failed, with a token that shows it.
capped() {
    local token
    run 3 --test "$1" --runs 20 && ends_with '0 passed, 0 failed' || return
    says "^$1 was capped: $2" || return
    token=$(sed -nE 's/^  token +//p' "$work/out")
    [ -n "$token" ] && run 3 --test "$1" --replay "$token"
}
check 'a livelock' capped lets_go_first \
    'a livelock: the same 2 steps over and over, of task(#2)?, task(#2)?$'
check 'which the replay says, too' says 'the run was capped: a livelock: '
check 'with the last steps' says '^ +9999[0-9] .* yields$'
check 'of everybody' says '^ +step +at +task +task#2$'
is_short() {
    [ "$(wc -l <"$work/out")" -lt 120 ]
}
check 'of which a few will do' run 3 --test lets_go_first --strategy script \
    --script 'main task#2' --shrink=off
check 'also of who is named' is_short
check 'a long run' capped is_too_long 'it does not end within 1000 steps'
check 'with its last step' says '^ *1000 .* yields$'
check 'what has to come comes' run 0 --test awaits_somebody --runs 1000
check 'or it does not' fails awaits_nobody 'not in the end: somebody goes'
check 'as it says' says 'not yet: somebody goes$'
check 'not before the end' fails gives_up_too_early \
    'not in the end: somebody goes'

# ---- Steps without end ----

check 'a loop' fails spins_if_first 'a step of spinner never ends at '"$at" \
    --step-seconds 1
check 'has a schedule, too' says 'maker|task at start, 1st time -> spinner'
check 'and says which calls it was in' says '^  It was in the calls$'
line=$(grep -n ' wait_busily(arg)' "$source" | head -n 1)
check 'from the innermost out' says "^    unusual.c:${line%%:*}\$"

# ---- Somebody stops it ----

# Starts it in the background and waits until it is at something.
start() {
    : >"$work/out"
    "$program" --junit "$work/junit.xml" --test works --test spins_if_first \
        --step-seconds 600 --cancel-sweep=off "$@" >"$work/out" 2>&1 &
    runner=$!
    until grep -q '^works' "$work/out"; do sleep 0.1; done
}
# stopped SIGNAL: with what is known so far.
stopped() {
    start
    kill "-$1" "$runner"
    wait "$runner"
    [ $? -eq 3 ] && ends_with '1 passed, 0 failed' && says '^1 stopped$' &&
        says '^spins_if_first +STOPPED'
}
check 'Ctrl-C' stopped INT
check 'leaves the results in the file' python3 -c \
    'import sys, xml.etree.ElementTree as E; E.parse(sys.argv[1])' \
    "$work/junit.xml"
check 'with what was stopped' grep -q 'tests="2" failures="0" errors="1"' \
    "$work/junit.xml"
check 'the end of a job in CI' stopped TERM
is_gone() {
    for _ in {1..100}; do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}
# orphan START: what the runner that START starts has started ends with it.
orphan() {
    local child
    "$1"
    child=$(pgrep -P "$runner") || return
    kill -KILL "$runner"
    wait "$runner" 2>/dev/null
    is_gone "$child"
}
check 'no process outlives the one that started it' orphan start
# What a crash was of is being looked into.
start_inquest() {
    rm -f "$work/looked"
    LOOKED_INTO=$work/looked "$program" --step-seconds 600 \
        --test hangs_when_looked_into >"$work/out" 2>&1 &
    runner=$!
    until [ "$(od -An -td4 "$work/looked" 2>/dev/null)" -ge 2 ]; do
        sleep 0.1
    done 2>/dev/null
}
stopped_inquest() {
    start_inquest
    kill -INT "$runner"
    wait "$runner"
    [ $? -eq 1 ] && ends_with '0 passed, 1 failed' &&
        says '^hangs_when_looked_into failed: crashed: SIGFPE at '"$at"
}
check 'Ctrl-C ends the search for a reason, too' stopped_inquest
check 'which does not outlive who looks' orphan start_inquest

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
