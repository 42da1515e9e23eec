#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches any difference, to a program that speaks the ntsync ABI, between `carafe run` and the
# kernel's driver: runs the conformance program, and the workload, under carafe run.
#
# CARAFE names the command, by default the one of this build.
set -u
: "${CARAFE_BUILDDIR:=.}"
if [ -z "${CARAFE-}" ]; then
	# Not installed yet: the command has to be told where its preload is.
	CARAFE=$CARAFE_BUILDDIR/carafe
	CARAFE_PRELOAD=$(cd "$CARAFE_BUILDDIR" && pwd)/.libs/libcarafe-ntsync.so
	export CARAFE_PRELOAD
fi
programs=$CARAFE_BUILDDIR/tests/ntsync

if [ ! -x "$CARAFE" ]; then
	echo "1..0 # SKIP no $CARAFE: build it, or name another by CARAFE"
	exit 0
fi

if [ -n "${CARAFE_PRELOAD-}" ] && [ ! -e "$CARAFE_PRELOAD" ]; then
	echo "1..0 # SKIP no $CARAFE_PRELOAD: the preload was not built"
	exit 0
fi

if [ -n "${CARAFE_PRELOAD-}" ] && ! LD_PRELOAD=$CARAFE_PRELOAD sh -c : 2>/dev/null; then
	echo "1..0 # SKIP a preload built with a sanitizer cannot be loaded"
	exit 0
fi

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$CARAFE" run -- "$programs/conformance" "$@" >"$folder/output" 2>"$folder/errors"
status=$?
grep -v '^1\.\.' "$folder/output"
sed 's/^/# /' "$folder/errors"
number=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$folder/output")
: "${number:=$(grep -c -e '^ok ' -e '^not ok ' "$folder/output")}"

report()
{
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
	fi
}

report $status "the conformance program ends with 0"
"$CARAFE" run -- "$programs/workload" >"$folder/output" 2>"$folder/errors" &&
	grep -q '^workload: .* result correct' "$folder/output"
report $? "the workload's result is correct"
sed 's/^/# /' "$folder/output" "$folder/errors"
echo "1..$number"
