#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a public header that does not compile alone, in C11 or in C++.
set -u
: "${CARAFE_SRCDIR:=.}" "${CC:=cc}" "${CXX:=c++}"

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

# compiles COMPILER STANDARD SUFFIX HEADER
compiles()
{
	printf '#include <carafe/%s>\nint nothing;\n' "$4" >"$folder/alone.$3"
	# CC may hold options, so it is split.
	# shellcheck disable=SC2086
	$1 -std="$2" -Wall -Wextra -Wpedantic -Werror -I"$CARAFE_SRCDIR/include" \
		-c "$folder/alone.$3" -o "$folder/alone.o" 2>"$folder/errors"
}

number=0
report()
{
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# /' "$folder/errors"
	fi
}

have_cxx=no
# shellcheck disable=SC2086
command -v ${CXX%% *} >/dev/null 2>&1 && have_cxx=yes

for path in "$CARAFE_SRCDIR"/include/carafe/*.h; do
	header=${path##*/}
	compiles "$CC" c11 c "$header"
	report $? "$header compiles alone as C11"
	if [ $have_cxx = yes ]; then
		compiles "$CXX" c++11 cc "$header"
		report $? "$header compiles alone as C++11"
	else
		number=$((number + 1))
		echo "ok $number # SKIP no C++ compiler ($CXX) for $header"
	fi
done
# What is installed as <linux/ntsync.h> where the system has none.  Catches one that stands in its own
# way, or that does not say what programs ask for.
cat >"$folder/wine.c" <<'C'
#include <linux/ntsync.h>
#include <carafe/linux/ntsync.h>
#if !defined(NTSYNC_IOC_EVENT_READ) || !defined(CARAFE_LINUX_NTSYNC_H)
#error "not ours, or not all of it"
#endif
struct ntsync_wait_args nothing;
C
# shellcheck disable=SC2086
$CC -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$CARAFE_SRCDIR/compat/ntsync/include" \
	-I"$CARAFE_SRCDIR/include" -c "$folder/wine.c" -o "$folder/wine.o" 2>"$folder/errors"
report $? "<linux/ntsync.h> where the system has none"

echo "1..$number"
