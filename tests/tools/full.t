#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a command that hides that an environment is full, does not say what to do, does not end,
# or calls it damaged.
set -u
. "${CARAFE_SRCDIR:-$(dirname "$0")/../..}/tests/tools/prologue"
CARAFE_ENV=crowded
export CARAFE_ENV

mkfifo "$place/end" "$place/told"
"${CARAFE_BUILDDIR:-.}/tests/tools/fill" <"$place/end" >"$place/told" &
filler=$!
trap 'kill "$filler" 2>/dev/null; rm -rf "$place"' EXIT
exec 3>"$place/end"
read -r told <"$place/told"
if [ "$told" = DISK_FULL ]; then
	echo "1..0 # SKIP no room for as many objects as there can be"
	exit 0
fi
is "the environment is full" "$told" full
is "status shows it" "$(status "$carafe" status crowded)" 0
is "doctor has a problem" "$(status "$carafe" doctor)" 1
is "and tells of the objects" "$(grep -c '^PROBLEM: the environment is full: all .* objects are used; close' \
	"$place/out")" 1
is "and of nothing else that is full" "$(grep -c '^PROBLEM: .*is full' "$place/out")" 1
is "fsck finds no fault" "$(status "$carafe" fsck)" 0
is "nor when it looks exactly" "$(status "$carafe" fsck --exact)" 0

exec 3>&-
wait "$filler"
is "status says when nobody is there any more" "$(status "$carafe" status crowded)" 1
echo "1..$number"
exit $failed
