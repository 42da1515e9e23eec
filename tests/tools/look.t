#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches wrong answers and exit statuses of `carafe status' and `carafe doctor', and of the command
# itself; JSON that is none; and looking that changes what it looks at.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/tools/prologue"

# json NAME COMMAND...: that its output is JSON; skipped where it cannot be made or judged.
json()
{
	name=$1
	shift
	"$@" > "$place/json" 2> "$place/err"
	if grep -q 'install jansson' "$place/err"; then
		number=$((number + 1))
		echo "ok $number - $name # SKIP built without jansson"
	elif command -v jq > /dev/null 2>&1; then
		is "$name" "$(jq -e type < "$place/json" 2> /dev/null)" '"object"'
	elif command -v python3 > /dev/null 2>&1; then
		is "$name" "$(python3 -c 'import json, sys
print(type(json.load(sys.stdin)).__name__)' < "$place/json" 2> /dev/null)" dict
	else
		number=$((number + 1))
		echo "ok $number - $name # SKIP neither jq nor python3 is here"
	fi
}

need_preload

echo "1..24"
is "--version" "$("$carafe" --version | cut -d' ' -f1)" carafe
is "--help" "$(status "$carafe" --help)" 0
is "no command is wrong usage" "$(status "$carafe")" 2
is "an unknown command is wrong usage" "$(status "$carafe" nonsense)" 2
is "a full disk is noticed" "$([ -e /dev/full ] || echo 1
	[ ! -e /dev/full ] || { "$carafe" --help > /dev/full 2> /dev/null; echo $?; })" 1

is "status: an environment that is not there is off" "$(status "$carafe" status none)" 1
is "status: a process without Carafe is off" "$(status "$carafe" status $$)" 1
is "status: an impossible name is wrong usage" "$(status "$carafe" status .x)" 2
is "status: no name is wrong usage" "$(status "$carafe" status)" 2
is "status: two names are wrong usage" "$(status "$carafe" status a b)" 2
is "looking has made nothing" "$(find "$place/run" -mindepth 1 | grep -vc '/carafe$')" 0

"$carafe" run --env here sh -c 'echo ready >&3; while [ ! -e "$0" ]; do sleep 0.05; done' \
	"$place/stop" 3> "$place/ready" 2> /dev/null &
runner=$!
while [ ! -s "$place/ready" ]; do sleep 0.05; done
# The runner attaches after its program has started.
tries=0
while [ "$(status "$carafe" status $runner)" != 0 ] && [ $tries -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
is "status: an environment in use is on" "$(status "$carafe" status here)" 0
is "status: its runner is there" "$(grep -cw $runner "$place/out")" 1
is "status: a process that uses one is on" "$(status "$carafe" status $runner)" 0
is "status: it says which" "$(grep -c "$place/run/carafe/here" "$place/out")" 1
json "status: JSON for an environment" "$carafe" status --json here
json "status: JSON for a process" "$carafe" status --json $runner
is "doctor: shows the environment" \
	"$("$carafe" doctor --env here | grep -c "$place/run/carafe/here")" 1
: > "$place/stop"
wait $runner
is "status: it is off afterwards" "$(status "$carafe" status here)" 1

doctor=$(status "$carafe" doctor)
problems=$(grep -c '^PROBLEM: ' "$place/out")
is "doctor: 0 without problems, 1 with" "$doctor" "$([ "$problems" -gt 0 ] && echo 1 || echo 0)"
json "doctor: JSON" "$carafe" doctor --json
is "doctor: leaves nothing behind" \
	"$(find "$place/run/carafe" -name 'doctor-*' | wc -l | tr -d ' ')" 0
if serves_ntsync; then
	is "doctor: a preload that is not there is a problem" "$(CARAFE_PRELOAD=$place/none.so \
		"$carafe" doctor | grep -c "^PROBLEM: .*$place/none.so")" 1
else
	skip "doctor: a preload that is not there is a problem" "there is no preload for this system"
fi
is "doctor: too many arguments are wrong usage" "$(status "$carafe" doctor x)" 2
exit $failed
