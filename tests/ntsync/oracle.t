#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches expectations of the ntsync conformance program, and of the workload, that the kernel's
# own driver does not meet: both run, unchanged, in a guest whose kernel has it.
#
# Skipped, with the reason, where there can be no guest.  The first run fetches a kernel through
# apt (150 MB) and keeps 16 MB of it; CARAFE_OFFLINE=1 forbids that.  See tests/ntsync/guest.
set -u
: "${CARAFE_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${CC:=cc}"
here=$CARAFE_SRCDIR/tests/ntsync

skip()
{
	echo "1..0 # SKIP $*"
	exit 0
}

case $(uname -m) in
x86_64 | amd64) ;;
*) skip "the guest's programs are for x86-64, and this is $(uname -m)" ;;
esac

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# build PROGRAM SOURCE...: static, without the sanitizers and options of the build around us.
build()
{
	program=$1
	shift
	# CC may hold options, so it is split.
	# shellcheck disable=SC2086
	$CC -std=c11 -O1 -static -pthread -I"$CARAFE_SRCDIR/include" "$@" -o "$folder/$program" \
		2>"$folder/errors" && return
	sed 's/^/# /' "$folder/errors"
	skip "$CC cannot build static programs: install the static C library"
}

sources=
for source in "$here"/*.c; do
	case $source in
	*/closing.c | */workload.c) ;;
	*) sources="$sources $source" ;;
	esac
done
# No blanks in the names of sources.
# shellcheck disable=SC2086
build conformance $sources
build workload "$here/workload.c"

offline=
[ -z "${CARAFE_OFFLINE-}" ] || offline=--offline
"$here/guest" $offline --timeout 100 "$folder/conformance" "$folder/workload" \
	>"$folder/output" 2>"$folder/errors"
status=$?
sed 's/^/# /' "$folder/errors"
[ $status -ne 77 ] || skip "$(tail -n 1 "$folder/errors")"

grep '^GUEST [0-9]' "$folder/output" | sed 's/^/# /'
# The program's own results, but for its plan, which grows by what is checked here.
sed -n -e '/^ok /p' -e '/^not ok /p' -e '/^# /p' -e '/^Bail out!/p' "$folder/output"
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

grep -q '^workload: .* result correct' "$folder/output"
report $? "the workload's result is correct on the driver"
report $status "every program ended well, and so did the guest"
echo "1..$number"
