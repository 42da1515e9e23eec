#!/bin/sh
# SPDX-License-Identifier: MIT
# Every scenario of the simulator, explored for a short while.  Catches any fault of core/ that needs few preemptions, deaths or
# sleeps out of turn; `make check-sim` looks longer.
set -u
sim=${CARAFE_BUILDDIR:-.}/carafe-sim

case ${CARAFE_SANITIZER:-} in
*address*|*thread*)
	echo "1..0 # SKIP a sanitizer that watches stacks does not follow the simulator's"
	exit 0
	;;
esac
# The same schedules every time, unless somebody (CI) wants others.
seed=${CARAFE_SIM_SEED:-1}
schedules=${CARAFE_SIM_SCHEDULES:-1000}
echo "# seed $seed"

number=0
failed=0
for scenario in $("$sim" --list | awk '{ print $1 }'); do
	number=$((number + 1))
	if output=$("$sim" --scenario "$scenario" --schedules "$schedules" --seed "$seed" 2>&1); then
		echo "ok $number - $scenario: nothing wrong in any schedule"
	else
		failed=1
		echo "not ok $number - $scenario: nothing wrong in any schedule"
	fi
	printf '%s\n' "$output" | sed 's/^/# /'
done
[ "$number" -gt 0 ] || { echo "Bail out! $sim lists no scenarios"; exit 1; }
echo "1..$number"
exit $failed
