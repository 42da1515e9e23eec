#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a file that reaches into a layer that it must not know:
#
#	include		<- nothing but the freestanding headers
#	core		-> include, os/os.h; no system header, no #if on a system or processor
#	os/posix	-> os, include, system headers, never core, nor one system's folder
#	os/SYSTEM	-> os, os/posix, os/kqueue, include, system headers, never core
#	compat, tools, bench -> include, system headers, and of core only what is listed below
#
# and <atomic_ops.h> is included in core/atomic.h alone.
set -u
cd "${CARAFE_SRCDIR:-.}" || exit 1

# The headers of core that others may use.  The command: inspection that changes nothing, and the
# janitor's round.  compat/: all, because its objects belong to descriptors and not to handles, so it is
# linked with core itself and not with the public library.
open_to_tools='core/atomic.h|core/check.h|core/environment.h|core/query.h|core/round.h'
open_to_compat='core/[a-z_]+\.h'

freestanding='<(stdint|stddef|stdbool|limits|string|stdlib|stdalign)\.h>'
systems='linux|unix|FreeBSD|OpenBSD|NetBSD|DragonFly|APPLE|MACH|sun|WIN32|CYGWIN|ANDROID|HAIKU|GLIBC'

# includes FOLDER...: every include of every C file there, as "FILE:LINE: TARGET", <> or "" kept.
includes()
{
	for folder in "$@"; do
		[ -d "$folder" ] && find "$folder" -type f \( -name '*.[ch]' -o -name '*.inc' \)
	done | sort | while IFS= read -r file; do
		awk '/^[ \t]*#[ \t]*include/ {
			sub(/^[ \t]*#[ \t]*include[ \t]*/, "")
			sub(/[ \t]*(\/\*.*)?$/, "")
			print FILENAME ":" FNR ": " $0
		}' "$file"
	done
}

# forbid NAME LINES: fails if there are lines, and shows them.
number=0
failed=0
forbid()
{
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
		return
	fi
	failed=1
	echo "not ok $number - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

if [ ! -d core ] || [ ! -f os/os.h ]; then
	echo "Bail out! no core/ and os/os.h in $(pwd): run it by make check, or set CARAFE_SRCDIR"
	exit 1
fi
echo "1..9"

forbid "core includes only freestanding headers, include/, core/ and os/os.h" "$(
	includes core |
		grep -Ev ": ($freestanding|<carafe/[a-z_]+\.h>|\"(core/.*|os/os\.h)\")\$" |
		grep -v '^core/atomic\.h:[0-9]*: <atomic_ops\.h>$')"

forbid "core has no #if on an operating system" "$(
	find core -name '*.[ch]' -exec grep -EHn \
		"^[[:space:]]*#[[:space:]]*(if|ifdef|ifndef|elif).*_?($systems)(_|\$|[^A-Za-z])" {} +)"

forbid "only core/atomic.h includes <atomic_ops.h>" "$(
	includes core os compat tools bench tests include |
		grep '<atomic_ops' | grep -v '^core/atomic\.h:')"

forbid "os knows nothing of core and of what stands above it" "$(
	includes os | grep -E ': "(\.\./)*(core|compat|tools|bench|tests)/')"

forbid "os/posix knows no single system" "$(
	includes os/posix | grep -E ': "os/' | grep -Ev ': "os/(os\.h|posix/.*)"$')"

forbid "no system's folder knows another system's" "$(
	for folder in os/*/; do
		system=$(basename "$folder")
		includes "os/$system" | grep -E ': "os/' |
			grep -Ev ": \"os/(os\.h|posix/.*|kqueue/.*|$system/.*)\"\$"
	done)"

forbid "tools and bench use include/ and the few headers of core that are open to them" "$(
	includes tools bench | grep -E ': "core/' | grep -Ev ": \"($open_to_tools)\"\$")"

forbid "compat uses include/, core and os/os.h" "$(
	includes compat | grep -E ': "core/' | grep -Ev ": \"($open_to_compat)\"\$")"

forbid "public headers need only each other and the freestanding headers" "$(
	includes include | grep -v '^include/carafe/linux/' |
		grep -Ev ": ($freestanding|<carafe/[a-z_]+\.h>)\$")"

exit $failed
