#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a `carafe bench' that leaves out an operation, measures nothing, writes no JSON, or leaves
# an environment behind.  Says nothing about how fast anything is.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/tools/prologue"

if [ -n "${CARAFE_SANITIZER:-}" ]; then
	echo "1..0 # SKIP 10^4 threads are too many for a sanitizer"
	exit 0
fi

echo "1..8"
"$carafe" bench --quick --repeat 1 > "$place/table" 2> "$place/err"
is "it works" $? 0
is "a pipe gets no progress" "$(cat "$place/err")" ""
# What only Linux has: the preload's cost to other files.  Handing over between processors needs two, of
# those that the backend counts.
figures=21
grep -q ', 1 CPUs; carafe ' "$place/table" && figures=$((figures - 2))
[ -z "$(weakness 'memory does not lie in the files')" ] || figures=$((figures - 1))
case $(uname -s),$("$carafe" doctor) in
*'(emulated)'*) ;;
Linux,*) figures=$((figures + 5)) ;;
esac
# A line of the table has a title of 39 columns and then Carafe's figure; the first three are floors.
is "every operation of Carafe has a figure above 0" "$(awk 'substr($0, 40, 11) ~ /[1-9].* (ns|us|ms|bytes)/' \
	"$place/table" | grep -vc '^operation')" $figures
is "the floors are there" "$(grep -c 'raw [1-9]' "$place/table")" 3
if ! command -v jq > /dev/null 2>&1; then
	number=$((number + 1))
	echo "ok $number - JSON # SKIP no jq here"
elif "$carafe" bench -q -n 1 -f '^mutant$' --json > "$place/json" 2> "$place/err"; then
	is "JSON has what was asked for" "$(jq -r '.rows[] | select(.carafe.median > 0) | .id' \
		< "$place/json")" mutant
else
	number=$((number + 1))
	echo "ok $number - JSON # SKIP $(cat "$place/err")"
fi
"$carafe" bench --filter '(' > /dev/null 2>&1
is "what is no expression is wrong usage" $? 2
"$carafe" bench --repeat 0 > /dev/null 2>&1
is "no sample is wrong usage" $? 2
is "nothing is left behind" "$(find "$place/run/carafe" -name 'bench-*' | wc -l | tr -d ' ')" 0
exit $failed
