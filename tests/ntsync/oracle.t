#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches expectations of the ntsync conformance program, and of the workload, that the kernel's
# own driver does not meet: both run, unchanged, in a guest whose kernel has it.
#
# Skipped, with the reason, where there can be no guest.  The first run fetches a kernel through
# apt (150 MB) and keeps 16 MB of it; CARAFE_OFFLINE=1 forbids that.  See tests/ntsync/guest.
# CARAFE_NO_GUEST=1 leaves it out: it does not depend on the build around it.
set -u
: "${CARAFE_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$CARAFE_SRCDIR/tests/ntsync/prologue"

case $(uname -m) in
x86_64 | amd64) ;;
*) skip "the guest's programs are for x86-64, and this is $(uname -m)" ;;
esac
[ -z "${CARAFE_NO_GUEST-}" ] || skip "CARAFE_NO_GUEST says so"

for program in conformance workload; do
	if ! build $program -static; then
		sed 's/^/# /' "$folder/errors"
		skip "$CC cannot build static programs: install the static C library"
	fi
done

offline=
[ -z "${CARAFE_OFFLINE-}" ] || offline=--offline
"$here/guest" $offline "$folder/conformance" "$folder/workload" \
	>"$folder/output" 2>"$folder/errors"
status=$?
sed 's/^/# /' "$folder/errors"
[ $status -ne 77 ] || skip "$(tail -n 1 "$folder/errors")"

grep '^GUEST [0-9]' "$folder/output" | sed 's/^/# /'
results
grep -q '^workload: .* result correct' "$folder/output"
report $? "the workload's result is correct on the driver"
report $status "every program ended well, and so did the guest"
echo "1..$number"
