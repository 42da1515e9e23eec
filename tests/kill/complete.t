#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches a public call, or a request of the ntsync ABI, at whose instructions nobody is ever killed
# or stopped.
set -u
: "${CARAFE_SRCDIR:=.}"
cd "$CARAFE_SRCDIR" || exit 1

# They touch no environment.
harmless='carafe_backend carafe_environment_path carafe_status_name carafe_version'

number=0

# report STATUS NAME
report()
{
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
	fi
}

# demand LEAST WHAT BEFORE AFTER FILE... : that there are as many of $names at least, and that each,
# between these two, is in the files.
demand()
{
	least=$1
	what=$2
	before=$3
	after=$4
	shift 4
	count=0
	missing=
	for name in $names; do
		count=$((count + 1))
		case " $harmless " in
		*" $name "*) continue ;;
		esac
		grep -q "$before$name$after" "$@" || missing="$missing $name"
	done
	[ "$count" -ge "$least" ]
	report $? "$count $what are found"
	[ -z "$missing" ]
	report $? "each that touches an environment is in a scenario of tests/kill"
	[ -z "$missing" ] || echo "# missing:$missing"
}

names=$(sed -n 's/^CARAFE_API .*[ *]\(carafe_[a-z_]*\)(.*/\1/p' include/carafe/*.h)
demand 21 "public calls" '' '(' tests/kill/objects.c tests/kill/processes.c
# The peer makes the same ones, so it is the names of scenarios that count.
names=$(sed -n 's/^#define NTSYNC_IOC_\([A-Z_]*\).*/\1/p' include/carafe/linux/ntsync.h)
demand 14 "requests" '("' '\>' tests/kill/requests.c
echo "1..$number"
