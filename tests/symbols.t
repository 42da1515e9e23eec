#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a function of the library's inside that has become part of its ABI.
set -u
: "${CARAFE_BUILDDIR:=.}" "${NM:=nm}"

library=$CARAFE_BUILDDIR/.libs/libcarafe.so
if [ ! -e "$library" ]; then
	echo "1..0 # SKIP no shared library was built"
	exit 0
fi
command -v "$NM" >/dev/null 2>&1 || {
	echo "1..0 # SKIP $NM is missing: install binutils"
	exit 0
}

# Name and type of every symbol that the library defines for others.  The version node itself is
# an absolute symbol, and no function.
exported=$("$NM" -D --defined-only "$library" | awk '$(NF - 1) != "A" { sub(/@.*/, "", $NF); print $NF }')

echo "1..3"
if echo "$exported" | grep -qx carafe_version; then
	echo "ok 1 - carafe_version is exported"
else
	echo "not ok 1 - carafe_version is exported"
fi

# The sanitizers' own symbols are not ours to judge.
foreign=$(echo "$exported" | grep -v -e '^carafe_' -e '^__[a-z]*san_' -e '^__sanitizer_')
if [ -z "$foreign" ]; then
	echo "ok 2 - nothing but carafe_* is exported"
else
	echo "not ok 2 - nothing but carafe_* is exported"
	echo "$foreign" | sed 's/^/# exported: /'
fi

data=$("$NM" -D --defined-only "$library" | awk '$(NF - 1) !~ /^[TWi]$/ && $(NF - 1) != "A"' | grep carafe_)
if [ -z "$data" ]; then
	echo "ok 3 - only functions are exported, no data that would bind programs to its size"
else
	echo "not ok 3 - only functions are exported, no data that would bind programs to its size"
	echo "$data" | sed 's/^/# data: /'
fi
