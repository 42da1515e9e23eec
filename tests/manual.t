#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches mark-up errors in the man pages, examples in them and in README.md that the headers have
# outrun, and completions that their shell cannot read.
set -u
: "${CARAFE_SRCDIR:=.}" "${CC:=cc}"
cd "$CARAFE_SRCDIR" || exit 1

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
number=0

# report STATUS NAME: with what is in the file "errors" if the status is not 0.
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

skip()
{
	number=$((number + 1))
	echo "ok $number # SKIP $1"
}

for page in doc/*.[137]; do
	if command -v mandoc >/dev/null 2>&1; then
		# Other pages may not be installed, so that style remarks about them are left out.
		mandoc -T lint -W warning "$page" >"$folder/errors" 2>&1
		report $? "$page has no faulty mark-up"
	else
		skip "mandoc is missing: install it to check $page"
	fi
done

# compiles FILE NAME: the example can be compiled without a warning.
compiles()
{
	# CC may hold options, so it is split.
	# shellcheck disable=SC2086
	$CC -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -Iinclude -c "$1" -o "$folder/example.o" \
		2>"$folder/errors"
	report $? "$2"
}

awk '/^\.Bd -literal/ { show = 1; next } /^\.Ed/ { show = 0 } show { gsub(/\\e/, "\\"); print }' \
	doc/libcarafe.3 >"$folder/page.c"
compiles "$folder/page.c" "the example of libcarafe(3) compiles"

# README.md shows the inside of a function.
{
	echo '#include <stdio.h>'
	awk '/^```c$/ { show = 1; next } /^```$/ { show = 0 } show' README.md |
		sed '/^#include/{p;s/.*/int main(void)\n{/;}'
	echo 'return 0; }'
} >"$folder/readme.c"
compiles "$folder/readme.c" "the example of README.md compiles"

# reads SHELL FILE
reads()
{
	if command -v "$1" >/dev/null 2>&1; then
		"$1" -n "$2" >"$folder/errors" 2>&1
		report $? "$1 can read $2"
	else
		skip "$1 is missing: install it to check $2"
	fi
}

reads bash completions/carafe.bash
reads zsh completions/_carafe
reads fish completions/carafe.fish

echo "1..$number"
