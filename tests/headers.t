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
echo "1..$number"
