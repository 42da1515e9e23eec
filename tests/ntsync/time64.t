#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches calls that have another name in programs whose time has 64 bits on a processor of 32: such
# a program would find the device, and get ENOTTY for all that it asks of it.
set -u
: "${CARAFE_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$CARAFE_SRCDIR/tests/ntsync/prologue"
need_carafe

cat >"$folder/narrow.c" <<'C'
_Static_assert(sizeof(void *) == 4, "a processor, or programs, of 32 bits");
int main(void) { return 0; }
C
# shellcheck disable=SC2086
$CC "$folder/narrow.c" -o "$folder/narrow" 2>/dev/null || skip "every time has 64 bits here"
build conformance -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 ||
	skip "the conformance program cannot be built so"

# What the driver does with objects is the matter of conformance.t.
"$CARAFE" run -- "$folder/conformance" error descriptor process >"$folder/output" 2>"$folder/errors"
status=$?
results
sed 's/^/# /' "$folder/errors"
report $status "the conformance program ends with 0"
echo "1..$number"
