#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches mistakes in the shell scripts, with the help of shellcheck.
set -u
cd "${CARAFE_SRCDIR:-.}" || exit 1

if ! command -v shellcheck >/dev/null 2>&1; then
	echo "1..0 # SKIP shellcheck is missing: install it to check the shell scripts"
	exit 0
fi

number=0
# An archive has no packaging/.
for script in autogen.sh quickstart .ci/run packaging/* packaging/debian/tests/* tests/* tests/*/*; do
	[ -f "$script" ] || continue
	interpreter=$(sed -n '1{s/^#! *//p;}' "$script" 2>/dev/null | tr -d '\000')
	case $interpreter in
	*/sh | *'/env sh') ;;
	*) continue ;;
	esac
	number=$((number + 1))
	# What a script reads in is looked at with it.  Not asked: "a= b=" to empty two variables,
	# and a loop's counter that nobody reads.
	if remarks=$(shellcheck -x -s sh -S warning -e SC1007,SC2034 "$script"); then
		echo "ok $number - $script"
	else
		echo "not ok $number - $script"
		printf '%s\n' "$remarks" | sed 's/^/# /'
	fi
done
echo "1..$number"
