#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches any difference, to a program that speaks the ntsync ABI, between `carafe run` and the
# kernel's driver: runs the conformance program, and the workload, under carafe run.
#
# CARAFE names the command, by default the one of this build.
set -u
: "${CARAFE_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$CARAFE_SRCDIR/tests/ntsync/prologue"
need_carafe
programs=$CARAFE_BUILDDIR/tests/ntsync

# What the backend says that it cannot do is not asked of it.
weakness()
{
	"$CARAFE" doctor 2>/dev/null | sed -n "s/^ *weakness *\(.*$1.*\)/\1/p"
}
CONFORMANCE_NO_RESTART=$(weakness 'ends a sleep even with SA_RESTART')
CONFORMANCE_NO_TIMED_RESTART=$(weakness 'even with SA_RESTART')
[ -z "$CONFORMANCE_NO_RESTART" ] || export CONFORMANCE_NO_RESTART
[ -z "$CONFORMANCE_NO_TIMED_RESTART" ] || export CONFORMANCE_NO_TIMED_RESTART

"$CARAFE" run -- "$programs/conformance" "$@" >"$folder/output" 2>"$folder/errors"
status=$?
results
sed 's/^/# /' "$folder/errors"
report $status "the conformance program ends with 0"
"$CARAFE" run -- "$programs/workload" >"$folder/output" 2>"$folder/errors" &&
	grep -q '^workload: .* result correct' "$folder/output"
report $? "the workload's result is correct"
sed 's/^/# /' "$folder/output" "$folder/errors"
echo "1..$number"
