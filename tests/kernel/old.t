#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a need for a call that is newer than Linux 4.4, or that a sandbox may forbid: the tests of
# the API and the ntsync conformance program once more, below a filter that answers such calls as an
# old kernel does (ENOSYS), as sandboxes do (EPERM), and as Android's does (SIGSYS).
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/kernel/prologue"
old=$CARAFE_BUILDDIR/tests/kernel/old

[ -x "$old" ] || skip "the filter is Linux's, and this build is for another system"
[ -z "${CARAFE_SANITIZER-}" ] || skip "sanitizers make such calls themselves"
make_folder
"$old" ENOSYS true 2>"$folder/errors"
case $? in
0) ;;
77) skip "$(cat "$folder/errors")" ;;
*)
	sed 's/^/# /' "$folder/errors"
	echo "1..1"
	echo "not ok 1 - the filter is there"
	exit 1
	;;
esac

# below ANSWER NAME PROGRAM...
below()
{
	answer=$1
	name=$2
	shift 2
	"$old" "$answer" "$@" >"$folder/output" 2>&1
	report $? "$answer: $name" "$folder/output"
}

place=$("$CARAFE_BUILDDIR/carafe" doctor | grep '^environments in')
below EPERM "api/environment" "$CARAFE_BUILDDIR/tests/api/environment.t"
for answer in ENOSYS EPERM SIGSYS; do
	for test in api/access api/alert api/bad_input api/event api/fork api/mutant api/process \
		api/semaphore api/stop api/wait unit/os-file unit/os-lock unit/os-sleep \
		unit/place; do
		below "$answer" "$test" "$CARAFE_BUILDDIR/tests/$test.t"
	done
	below "$answer" "doctor finds all that is needed" "$CARAFE_BUILDDIR/carafe" doctor
	grep -q '^pidfd_open *no' "$folder/output" && grep -q '^futex_waitv *no' "$folder/output"
	report $? "$answer: and says what is missing" "$folder/output"
	# Or who has no sandbox would look for the same environment elsewhere.
	[ "$(grep '^environments in' "$folder/output")" = "$place" ]
	report $? "$answer: environments lie where they lie otherwise" "$folder/output"
	preload=$(cd "$CARAFE_BUILDDIR" && pwd)/.libs/libcarafe-ntsync.so
	[ -e "$preload" ] || continue
	# Not its cases of signals: without futex_waitv a timed wait ends by a handler with SA_RESTART
	# and EINTR, where the driver's goes on.
	CARAFE_PRELOAD=$preload below "$answer" "the ntsync conformance program" \
		"$CARAFE_BUILDDIR/carafe" run -- "$CARAFE_BUILDDIR/tests/ntsync/conformance" \
		semaphore/ mutex/ event/ wait/ error/ block/ descriptor/ process/
done
echo "1..$number"
