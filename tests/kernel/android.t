#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches what does not work for an app on Android, in a mount name space like its view: there is no
# /dev/shm, nobody can write in /tmp, there is a folder of the app's own in TMPDIR, and calls that the
# C library there does not make, System V IPC among them, end the process (tests/kernel/old SIGSYS).
#
# It does not show bionic itself, SELinux's rules, or that the programs can be built with the NDK.
#
# Skipped, with the reason, where no such name space or no filter can be made.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/kernel/prologue"

# ---- inside: $1 is the app's folder -------------------------------------------------------------

hide()
{
	mkdir "$1/dev" && mount -t tmpfs -o mode=755 dev "$1/dev" || return 1
	for node in null zero urandom; do
		: >"$1/dev/$node" && mount --bind "/dev/$node" "$1/dev/$node" || return 1
	done
	mount --rbind "$1/dev" /dev && [ ! -e /dev/shm ] || return 1
	# The app's folder may lie in /tmp.
	mkdir "$1/data" && mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp &&
		mount -t tmpfs -o mode=700 data "$1/data" && ! touch /tmp/carafe-test 2>/dev/null
}

in_app()
{
	old=$CARAFE_BUILDDIR/tests/kernel/old
	unset XDG_RUNTIME_DIR
	TMPDIR=$1/data
	export TMPDIR
	mkdir "$TMPDIR/tmp" || exit 1
	for test in access alert bad_input event fork mutant process semaphore stop wait; do
		TMPDIR=$TMPDIR/tmp "$old" SIGSYS "$CARAFE_BUILDDIR/tests/api/$test.t" \
			>"$TMPDIR/output" 2>&1
		report $? "api/$test" "$TMPDIR/output"
	done
	"$old" SIGSYS "$CARAFE_BUILDDIR/carafe" doctor >"$TMPDIR/output" 2>&1
	report $? "doctor finds all that is needed" "$TMPDIR/output"
	grep -q "^environments in *$TMPDIR/carafe-$(id -u)\$" "$TMPDIR/output"
	report $? "environments lie in the app's folder" "$TMPDIR/output"
	preload=$(cd "$CARAFE_BUILDDIR" && pwd)/.libs/libcarafe-ntsync.so
	if [ -e "$preload" ]; then
		CARAFE_PRELOAD=$preload "$old" SIGSYS "$CARAFE_BUILDDIR/carafe" run -- \
			"$CARAFE_BUILDDIR/tests/ntsync/conformance" semaphore/ mutex/ event/ wait/ \
			error/ block/ descriptor/ process/ >"$TMPDIR/output" 2>&1
		report $? "the ntsync conformance program" "$TMPDIR/output"
	fi
	echo "1..$number"
}

if [ "${1-}" = --inside ]; then
	hide "$2" && [ -d "$CARAFE_BUILDDIR" ] || exit 77
	in_app "$2"
	exit 0
fi

# ---- outside ------------------------------------------------------------------------------------

[ -x "$CARAFE_BUILDDIR/tests/kernel/old" ] || skip "the filter is Linux's, and this build is for another system"
[ -z "${CARAFE_SANITIZER-}" ] || skip "sanitizers make such calls themselves"
make_folder
"$CARAFE_BUILDDIR/tests/kernel/old" SIGSYS true 2>"$folder/errors" || skip "$(tail -n 1 "$folder/errors")"
CARAFE_BUILDDIR=$(cd "$CARAFE_BUILDDIR" && pwd)
export CARAFE_BUILDDIR
user=
[ "$(id -u)" -eq 0 ] || user=-r
unshare $user -m true 2>/dev/null || skip "no mount name space can be made here"
unshare $user -m "$0" --inside "$folder" >"$folder/all" 2>"$folder/errors"
status=$?
sed 's/^/# /' "$folder/errors"
[ $status -ne 77 ] || skip "/dev and /tmp cannot be hidden, or we are in /dev: $(tail -n 1 "$folder/errors")"
cat "$folder/all"
exit $status
