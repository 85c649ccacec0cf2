#!/bin/bash
# What the runner promises: its lines, its reports, its exit codes, and that
# what it says can be done again. Run by hand with all programs.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -u
ulimit -c 0

program=${1:?a program of tests/runner/specimens.c}
unreached=${2:?a program of tests/runner/unreached.c}
many=${3:?a program of tests/runner/many.c}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What Bazel tells this test is not meant for the runner.
unset "${!TEST_@}" "${!TESTBRIDGE_@}" XML_OUTPUT_FILE CRASH

source "${0%/*}/checks.sh"

# ---- Options ----

check 'it lists the scenarios' run 0 --list
check 'each by its name' says '^loses$'
check 'it says which options there are' run 0 --help
check 'also the last' says '--verbose +says'
check 'so does a single letter' run 0 -h
check 'in the same words' says '^usage: '
check 'an option that it does not know is refused' run 2 --tset loses
check 'and so is a value' run 2 --runs many
check 'with what it could be' says "--runs takes a number, not 'many'$"
check 'and one that is missing' run 2 --runs
check 'and one too many' run 2 --list=all
check 'which is said' says "--list takes no value, not 'all'$"
check 'and one that is none of the words' run 2 --order=front
check 'which are' says "--order takes pass, any or soft, not 'front'$"
check 'no scenario is not all scenarios' run 2 --test nothing_like_it
check 'several are chosen' run 0 --test passes --test gives_way
check 'each of them' ends_with '2 passed, 0 failed'
check 'none of them in vain' run 2 --test passes --test nothing_like_it
check 'by its name' says 'no such scenario: nothing_like_it$'
check 'a strategy that it does not know is refused' run 2 --strategy luck
check 'with those that there are' says 'luck; there are fifo, .* and script$'
check 'a script has words' run 2 --test passes --strategy script
check 'which it says' says '--strategy script takes its words from --script'
check 'first in, first out is one run' run 0 --test passes --strategy fifo
check 'and no other' says ' 1 runs, 1 traces'
check 'a corpus that is not there is refused' run 2 --corpus "$work/nowhere"
check 'a file that cannot be written is told' run 2 --junit "$work/no/where"
check 'at the start' says_not 'passes'

# ---- One line a scenario ----

check 'what passes is 0' run 0 --test passes
check 'it says what it did' says '^passes  PASSED  [0-9]+ runs, [0-9]+ traces'
check 'the cancel sweep is complete' says ', 1/1 cancel points'
check 'all of it was seen' says ', all 1 schedule seen, '
check 'the last line counts' ends_with '1 passed, 0 failed'
check 'what no loop of today does is 3' run 3 --test counts_on_fairness
check 'it is told apart' says '^counts_on_fairness  UNFAIR  .*, found by '
check 'and why' says '^  order    needs a loop with another fairness$'
check 'it is counted' says '^1 failed that need a loop with another fairness$'
check 'and has neither passed' ends_with '0 passed, 0 failed'
in_a_test() { TEST_TARGET=//a:test run 0 --test counts_on_fairness; }
check 'a test is of that loop' in_a_test
check 'who asks for it is told that it failed' \
    run 1 --test counts_on_fairness --order any
check 'runs are as many as wanted' \
    run 0 --test wakes_somebody --runs 20 --cancel-sweep=off --time-sweep=off \
    --failure-sweep=off
check 'besides the first and its twins' says ' (2[0-9]|3[0-9]) runs'
check 'faults that are asked for' run 0 --test asks_for_faults
check 'are counted by kind' says ', [0-9]+ faults \(.*stack [0-9]+.*\)$'
check 'the same without them' run 0 --test asks_for_faults --faults off
check 'has none' says_not ' faults \('
check 'who asks for none' run 0 --test wakes_somebody
check 'has none either' says_not ' faults \('
check 'unless the runner does' run 0 --test wakes_somebody --faults=on
check 'which has all kinds' says ', [0-9]+ faults \(.*allocate [0-9]+.*\)$'
check 'but for whom it cannot stand them' run 1 --test loses --faults=on
check 'they are spared' says_not ' faults \('
check 'they are on or off' run 2 --faults=many
check 'which is said' says "--faults takes on or off, not 'many'$"
check 'only the sweep' run 0 --test passes --cancel-sweep=only
check 'is that and the first run' says '  [0-9] runs'
check 'only another sweep' run 0 --test wakes_somebody --time-sweep=only
check 'says how many timers' says ', timers 1/1 at ([0-9]+)/\1 moments$'
many_tasks() { program=$many run 0 --runs 5; }
check 'a sweep has an end' many_tasks
check 'which it says' says ' [0-9]+/[0-9]+ cancel points \(cut\), '
check 'what is capped is 3' run 3 --test ends_late
check 'and has neither passed nor failed' ends_with '0 passed, 0 failed'
check 'what never was is 1' run 1 --test misses_something
check 'and named' says 'never held: the rare case'
check 'it need not be one' run 0 --test misses_something --sometimes=off
run_unreached() {
    local program=$unreached
    run "$@"
}
check 'so is what was never reached' run_unreached 1
check 'by its place' says '^never reached: the rare case, at .*unreached.c:13$'
check 'it counts' ends_with '2 passed, 1 failed'
check 'but only if all had the chance' run_unreached 0 --test goes_by
check 'verbose says who did how much' run 0 --test passes --verbose
check 'each strategy' says '^ +random +[0-9]+ runs'
check 'a campaign ends in time' run 0 --test passes --seconds 1
check 'after many runs' says ' [0-9]{4,} runs'

# ---- A failure ----

check 'what fails is 1' run 1 --test loses
check 'it says what failed' says '^loses failed: nobody sees the payment$'
check 'how it was found' says '^  found    by [a-z]+, after [0-9]+ runs$'
check 'and whether it is possible' says "possible on today's loop"
check 'in words' says '1\. looker at start, 1st time -> payer first'
check 'who did it is in the timeline' says 'step +at +main +looker +payer'
check 'with what they did' \
    says '^ +[0-9]+ +specimens\.c:[0-9]+ +writes account$'
check 'up to the failure' says 'BROKEN: nobody sees the payment'
check 'by name' says_not 'others'
check 'where each of them was' says '^ +looker at specimens\.c:[0-9]+$'
check 'also who went first' says '^ +payer at specimens\.c:[0-9]+$'
check 'where the property is' says '^ .* specimens\.c:[0-9]+ +BROKEN: nobody'
check 'an object without a name is called as declared' \
    says '^ +specimens\.c:[0-9]+ +close nursery \.\.\.$'
check 'who has nothing to do with it' run 1 --test arrives
check 'is not in the timeline' says_not 'starts idler'
check 'which says so' says '^ +-- 3 steps of idler left out --$'
check 'a step of which nothing is seen is' \
    says '^ +[0-9]+ +specimens\.c:[0-9]+ +yields$'
check 'what the program says is where it was said' \
    says '^ +[0-9]+ +specimens\.c:[0-9]+ +note: it took 2 steps, no more$'
check 'with all that there is' run 1 --test arrives --full
check 'there is everybody' says '^ +step +at +main +idler +child$'
check 'and nothing is left out' says_not 'left out'
check 'a long way' run 1 --test arrives_late
check 'is cut short' says '^ +\.\.\. 44[0-9] steps of child left out$'
check 'far from where it ends' says '^ +50[0-9] +.* yields$'
check 'of who is named by a deviation' \
    run 1 --test arrives_late --shrink=off --script 'main child*3'
check 'there is more' says '^ +\.\.\. 1[0-9][0-9] steps of child left out$'
check 'but there is an end' bash -c '[ "$(wc -l <"$0")" -lt 450 ]' "$work/out"
check 'a status of the application' run 1 --test ends_otherwise
check 'is told by number' \
    says '^ends_otherwise failed: it ended with application status -1234'
check 'also in the timeline' says '^ +[0-9]+ +ends: -1234$'

run 1 --test loses
check 'beside it is a run that passes' \
    says '^  Without deviation 1 the run passes\. They part after step 1:$'
check 'with what differs' \
    says '^    payer: writes account .* looker: reads account '
check 'also who is only in one of them' run 1 --test visits
check 'by name' says '^    visitor: BROKEN: nobody visits \(specimens'
run 1 --test loses

token=$(sed -nE 's/^  token +//p' "$work/out")
command=$(sed -nE 's/^  replay +//p' "$work/out")
again=${command#"$program" }
# shellcheck disable=SC2086 # It is a command line.
check 'the command replays it' run 1 $again
check 'to the same end' says '^loses failed: nobody sees the payment$'
check 'a token finds its scenario' run 1 --replay "$token"
check 'it is of no other one' run 2 --test passes --replay "$token"
truncated() {
    local length
    for ((length = 1; length < ${#token}; length++)); do
        run 2 --replay "${token:0:length}" || return
    done
}
check 'it has no end but its own' truncated
check 'what is no token is refused' run 2 --replay 'no!token'
export CORRECTED=1
check 'a token that fails no more is 0' run 0 --replay "$token"
check 'and says so' says '^loses: the token fits, and the run passes now$'
check 'with what it still does' says '1\. looker at start, 1st time -> payer'
check 'and is no failure' says_not 'failed'
check 'in a corpus it is no failure, either' \
    bash -c 'echo "$1" >"$2" && exec "$0" --test loses --strategy fifo \
        --corpus "$2" >"$3" 2>&1' "$program" "$token" "$work/one" "$work/out"
check 'and it is counted' says '^loses  PASSED .*, 1 of the corpus'
unset CORRECTED
check 'no shrinking, no shorter' run 1 --test loses --shrink=off
check 'time is told' run 1 --test sleeps_twice
check 'where it is spent' says '^ .* specimens\.c:[0-9]+ +sleeps \.\.\.$'
check 'in seconds' says '^ +-- 90\.000 s later --$'
check 'and less' says '^ +-- 0\.250 ms later --$'
check 'whom time wakes early' \
    run 1 --test evicts --script 'main reader evictor clock*2 reader evictor'
check 'is in the timeline' says '^ +step +at +main +reader +evictor$'
check 'with all steps' says_not 'left out'
check 'in another order, and no shorter' \
    run 1 --test loses --shrink=off --order any
check 'nobody knows whether it is possible today' \
    says "^  order    any; not looked for on today's loop$"
reverse() {
    run 1 --test reverses --script 'main c b a' "$@" &&
        says '^reverses failed: not the other way$'
}
check 'of which each deviation was tried' reverse
check 'has a run beside it' says '^  Without deviation 2 the run passes'
export CRASH=1
check 'of which none was' reverse --shrink=off
check 'has none: it could crash' says_not 'the run passes'
unset CRASH
check 'a schedule by hand' run 1 --test loses --script 'main payer looker'
check 'fails as it says' says 'found by script'

# ---- Corpus ----

mkdir "$work/corpus"
printf '# Seen once.\n%s\n' "$token" >"$work/corpus/loses.token"
check 'a corpus is replayed first' run 1 --test loses --corpus "$work/corpus"
check 'and is what fails' says 'found by corpus'
check 'each token with its own' run 0 --test passes --corpus "$work/corpus"

export CHANGED=1
check 'a token that does not fit is 3' run 3 --test loses --replay "$token"
check 'and says why' says 'does not fit any more'
check 'in a corpus, too' run 3 --test loses --corpus "$work/corpus"
check 'by a warning' says '^warning: loses: stale token .*, line 2: '
check 'and is no failure' ends_with '1 passed, 0 failed'
unset CHANGED
# kept NAME TEXT: a corpus that has only this.
kept() {
    rm -r "$work/corpus"
    mkdir "$work/corpus"
    echo "$2" >"$work/corpus/$1"
}
fifo() { run "$1" --test passes --strategy fifo --corpus "$work/corpus"; }
kept passes.token '???'
check 'what is no token is 3' fifo 3
check 'and told' says '^warning: passes: line 1: no token, or not a whole one$'
check 'and counted' says '^1 of the corpus do not fit$'
kept passes.token "${token:0:7}"
check 'and so is half a token' fifo 3
kept passes.token IdcC7EljvQ
check 'and an old one' fifo 3
check 'by its format' says ': line 1: a token of an older format$'
kept passes.token "$token"
check 'and that of another scenario' fifo 3
check 'by its name' says '^warning: passes: line 1: a token of loses$'
kept lost.token "$token"
check 'and a file of no scenario' fifo 3
check 'by its path' says '/lost.token: there is no scenario of this name$'
kept README "$token"
check 'other files are not of the corpus' fifo 0
kept loses.token "$token"
check 'also from a file' run 1 --test loses --corpus "$work/corpus/loses.token"

# ---- Processes ----

export CRASH=1
check 'a crash is a failure' run 1 --test crashes
check 'and its signal is said' says '^crashes failed: crashed: SIGSEGV'
check 'and the command' says '^  replay   .* --test crashes --replay=.+'
check 'also without another process' bash -c \
    '! "$0" --jobs 0 --test crashes >"$1" 2>&1' "$program" "$work/out"
check 'in the same words' says '^crashes failed: crashed: SIGSEGV'
check 'and with the command' says '^  replay   .* --test crashes --replay=.+'
check 'processes outlive the crash of one' run 1 --jobs 2
check 'which is a failure' says '^crashes +FAILED'
check 'the others go on' says '^passes +PASSED'
check 'all are counted' ends_with '4 passed, 10 failed'
unset CRASH
check 'one scenario in several processes' run 0 --test passes --jobs 2
check 'is one result' ends_with '1 passed, 0 failed'
check 'what holds in one of them holds' run 0 --test gives_way --jobs 6
check 'what holds in none does not' run 1 --test misses_something --jobs 6
check 'a single one fails as soon as one does' run 1 --test loses --jobs 2
check 'with its token' says '^  token '
check 'processes are twins' run 0 --test passes --twins 3

# ---- Files ----

check 'JUnit' run 1 --junit "$work/junit.xml"
check 'has the sums' grep -q 'tests="16" failures="9" errors="2"' \
    "$work/junit.xml"
is_xml() {
    python3 -c 'import sys, xml.etree.ElementTree as E; E.parse(sys.argv[1])' \
        "$work/junit.xml"
}
check 'is well-formed' is_xml
check 'whatever a name is' run_unreached 1 --junit "$work/junit.xml"
check 'in its place' grep -q 'name="&lt;odd&gt; &amp; &quot;so&quot; ? ö ??"' \
    "$work/junit.xml"
check 'and that is well-formed' is_xml
check 'what was never reached is a case' grep -q 'tests="3" failures="1"' \
    "$work/junit.xml"
check 'JUnit' run 1 --junit "$work/junit.xml"
check 'and the reports' grep -q 'payer first' "$work/junit.xml"

mkdir "$work/outputs"
export TEST_UNDECLARED_OUTPUTS_DIR=$work/outputs TEST_TARGET=//a:target
check 'in a test' run 1 --test loses
check 'the command is for Bazel' says 'bazel run //a:target -- --test loses'
check 'the token is left' grep -qx -- "$token" "$work/outputs/loses.token"
check 'and so is the report' grep -q '^loses failed' "$work/outputs/loses.txt"
CRASH=1 "$program" --test crashes >"$work/out" 2>&1
check 'also of a crash' grep -q . "$work/outputs/crashes.token"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
