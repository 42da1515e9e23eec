#!/bin/sh
# SPDX-License-Identifier: MIT
# Every scenario of the simulator, explored for a short while.  Catches a fault of core/ that needs
# few preemptions, deaths or sleeps out of turn; `make check-sim` looks longer.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/sim/prologue"
# The same schedules every time, unless somebody (CI) wants others.
seed=${CARAFE_SIM_SEED:-1}
schedules=${CARAFE_SIM_SCHEDULES:-300}
echo "# seed $seed"

# explore SCENARIO SCHEDULES [OPTION]...
explore()
{
	number=$((number + 1))
	scenario=$1
	count=$2
	shift 2
	# How far it is, it says to a terminal only.
	if [ -t 2 ]; then
		output=$("$sim" --scenario "$scenario" --schedules "$count" --seed "$seed" "$@")
	else
		output=$("$sim" --scenario "$scenario" --schedules "$count" --seed "$seed" "$@" 2>&1)
	fi
	# shellcheck disable=SC2181 # of one of two
	if [ $? -eq 0 ]; then
		echo "ok $number - $scenario: nothing wrong in $count schedules"
		printf '%s\n' "$output" | tail -n 5 | sed 's/^/# /'
	else
		failed=1
		echo "not ok $number - $scenario: nothing wrong in $count schedules"
		printf '%s\n' "$output" | grep -A 40 FAULT | sed 's/^/# /'
	fi
}

names=$("$sim" --list | awk '{ print $1 }')
# A little of everything first, then ten times as much: so a run that is cut off was of use.
turn=300
while :; do
	[ "$turn" -lt "$schedules" ] || turn=$schedules
	for scenario in $(echo "$names" | grep -v /); do
		explore "$scenario" "$turn"
	done
	# What is made of tables has too many members for more than a few schedules of each.
	for family in $(echo "$names" | sed -n 's,/.*,,p' | uniq); do
		explore "$family/*" $(((turn + 99) / 100)) --strategy pct
	done
	[ "$turn" -lt "$schedules" ] || break
	turn=$((turn * 10))
	seed=$((seed + 1000000))
	echo "# $turn schedules, seed $seed"
done
[ "$number" -gt 0 ] || { echo "Bail out! $sim lists no scenarios"; exit 1; }
echo "1..$number"
exit $failed
