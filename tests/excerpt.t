#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches what is shown of the log of a failed test (tests/excerpt) without the result that failed, or
# with so much else that the failure is cut off.
set -u
: "${CARAFE_SRCDIR:=$(cd "$(dirname "$0")/.." && pwd)}"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
number=0
failed=0

# is NAME GOT WANTED
is()
{
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		failed=1
		echo "not ok $number - $1"
		echo "# got \"$2\", wanted \"$3\""
	fi
}

# results LAST WORD...: the log of a test with so many results, of which the WORDs failed.
results()
{
	awk -v last="$1" -v words=" $2 " 'BEGIN {
		for (i = 1; i <= last; i++) {
			bad = index(words, " " i " ") > 0
			print (bad ? "not ok " : "ok ") i " - result"
			print (bad ? "FAIL" : "PASS") ": a.t " i " - result"
			if (bad)
				print "# got " i
		}
	}' >"$folder/log"
}

excerpt()
{
	"$CARAFE_SRCDIR/tests/excerpt" "$folder/log" >"$folder/out"
}

# shown PATTERN: how many lines of the excerpt are so.
shown()
{
	grep -c -- "$1" "$folder/out"
}

results 1000 "500"
excerpt
is "a result that failed is shown" "$(shown '^not ok 500 ')" 1
is "with what it says" "$(shown '^# got 500$')" 1
is "and ten lines before and after it" "$(wc -l <"$folder/out" | tr -d ' ')" 21
is "each once" "$(shown '^[PF]A[SI][SL]: ')" 0

results 1000 "3 200 201 400 998"
excerpt
is "of several, each is shown" "$(shown '^not ok')" 5
is "with what it says" "$(shown '^# got')" 5
is "in sixty lines" "$(($(wc -l <"$folder/out") <= 60))" 1

results 1000 "$(awk 'BEGIN { for (i = 1; i <= 100; i++) printf "%d ", 2 * i }')"
excerpt
is "of too many, as many as fit" "$(shown '^not ok')" 59
is "and how many there are besides" "$(tail -n 1 "$folder/out")" "[41 more failed]"

{
	results 200 ""
	sed 's/ - result/ - early/' "$folder/log"
	echo "Bail out! no memory"
} >"$folder/bailed"
mv "$folder/bailed" "$folder/log"
excerpt
is "a test that gave up says why" "$(shown '^Bail out! no memory')" 1

{
	echo "  CC       a.o"
	echo "a.c:1:2: error: unknown type name"
	awk 'BEGIN { for (i = 0; i < 300; i++) print "PASS: a.t " i; for (i = 0; i < 90; i++) print "  CC" }'
} >"$folder/log"
excerpt
is "a build that failed says where, however long it went on" "$(shown 'error: unknown type')" 1

awk 'BEGIN { for (i = 1; i <= 200; i++) print "line " i }' >"$folder/log"
excerpt
is "where nothing tells a failure the end is shown" "$(tail -n 1 "$folder/out")" "line 200"
is "and no more than sixty lines of it" "$(wc -l <"$folder/out" | tr -d ' ')" 60
echo "1..$number"
exit $failed
