#!/bin/sh
# SPDX-License-Identifier: MIT
# The simulator itself.  Catches a reduction of the exhaustive search that leaves out what could
# happen, and a replay that is not what was seen first.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/sim/prologue"

# compare SCENARIO PREEMPTIONS DEATHS
compare()
{
	output=$("$sim" --compare --scenario "$1" --preemptions "$2" --deaths "$3" 2>&1)
	result $? "$1, $2 preemptions, $3 deaths: the reduced search has all outcomes of the plain one"
	printf '%s\n' "$output" | sed 's/^/# /'
}

compare kcas-two 2 0
compare kcas-two 1 1
compare queue-two 1 0
compare set-wait 1 0
compare set-death 0 1
# A word that only the janitor writes and only checks read.
compare janitor-wakes 0 1

first=$("$sim" --scenario kcas-two --replay '0*19,1*9,K0,1*5' --trace)
second=$("$sim" --scenario kcas-two --replay '0*19,1*9,K0,1*5' --trace)
[ -n "$first" ] && [ "$first" = "$second" ]
result $? "a schedule is the same execution every time"
printf '%s\n' "$first" | grep -q 'process is killed: 0'
result $? "a trace tells of a death"
printf '%s\n' "$first" |
	grep -Eq 'cas +object\[0\]\.second +0#0 -> operation 1 of thread\[0\]'
result $? "a trace names words and what they say"

"$sim" --scenario kcas-two --replay '0*x' >/dev/null 2>&1
[ $? -eq 2 ]
result $? "what is no schedule is refused with 2"
"$sim" --scenario none >/dev/null 2>&1
[ $? -eq 2 ]
result $? "what is no scenario is refused with 2"
"$sim" --scenario engine-lost-update --replay '0*1,1*2' >/dev/null 2>&1
[ $? -eq 1 ]
result $? "a replay that goes wrong ends with 1"

echo "1..$number"
exit $failed
