#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs static tests (make portable-tests) on a kernel that has nothing else, in a guest: catches a need
# for anything but a kernel; waits that do not follow a clock that is set, which only a machine of
# our own can show; and a `carafe bench' that does not find the kernel's ntsync driver.
#
# Skipped, with the reason, where there can be no guest: see tests/ntsync/oracle.t.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/kernel/prologue"

case $(uname -m) in
x86_64 | amd64) ;;
*) skip "the guest's programs are for x86-64, and this is $(uname -m)" ;;
esac
[ -z "${CARAFE_NO_GUEST-}" ] || skip "CARAFE_NO_GUEST says so"
[ -z "${CARAFE_SANITIZER-}" ] || skip "programs with a sanitizer cannot be static"
make=
for program in gmake make; do
	"$program" --version 2>/dev/null | grep -q 'GNU Make' || continue
	make=$program
	break
done
[ -n "$make" ] || skip "make portable-tests needs GNU make"

make_folder
tests="tests/api/alert.t tests/api/clock_step.t tests/api/event.t tests/api/mutant.t \
tests/api/process.t tests/api/semaphore.t tests/api/wait.t tests/unit/os-file.t tests/unit/os-lock.t \
tests/unit/os-sleep.t tests/unit/os-watch.t"
(cd "$CARAFE_BUILDDIR" && MAKEFLAGS='' MAKELEVEL='' MFLAGS='' "$make" portable-tests PORTABLE="$folder/portable" \
	PORTABLE_TESTS="$tests") >"$folder/output" 2>&1 || {
	tail -n 20 "$folder/output" | sed 's/^/# /'
	skip "static programs cannot be linked here: install the static C library"
}

offline=
[ -z "${CARAFE_OFFLINE-}" ] || offline=--offline
"$CARAFE_SRCDIR/tests/ntsync/guest" $offline --timeout 500 --folder "$folder/portable" "./run" \
	"./carafe bench --quick --repeat 3 --filter '^(event-set-wait|mutant|semaphore|handoff-process-2)\$' 2>/dev/null" \
	>"$folder/output" 2>"$folder/errors"
status=$?
sed 's/^/# /' "$folder/errors"
[ $status -ne 77 ] || skip "$(tail -n 1 "$folder/errors")"

# The runner's results, and all else as remarks: the figures, too, which are an emulated processor's.
grep -q '^GUEST .*accel=tcg' "$folder/output" &&
	echo "# under software emulation: figures below are the emulator's"
number=$(grep -c -e '^ok [0-9]' -e '^not ok [0-9]' "$folder/output")
sed -e '/^ok [0-9]/b' -e '/^not ok [0-9]/b' -e '/^1\.\./d' -e 's/^# //' -e 's/^/# /' "$folder/output"
grep -q '^ok .* api-clock_step\.t$' "$folder/output"
report $? "waits follow the clock of the day when it is set, and none was left out"
grep -q 'ntsync (kernel) [0-9]' "$folder/output"
report $? "the kernel's driver was measured beside Carafe in one run"
report $status "every program ended well, and so did the guest"
echo "1..$number"
